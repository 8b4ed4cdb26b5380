import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { captureBaseline } from '../../src/reports/baseline.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { writeHistory, type PastSeries } from '../support/history.js';
import { temporaryFolder } from '../support/workspace.js';

const hour = 3600;

it('captures 24 h where Prometheus has them, else the reading of the moment, with one question', async () => {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const reading = (quantity: string, hours: number, value: (age: number) => number): PastSeries => ({
    series: `quantum:calibration:reading{quantity="${quantity}"}`,
    from: now - hours * hour,
    to: now,
    value: (time) => value((now - time) / hour),
  });
  const share = (action: string, value: (age: number) => number): PastSeries => ({
    ...reading('action_share', 26, value),
    series: `quantum:calibration:reading{quantity="action_share",action="${action}"}`,
  });
  const folder = temporaryFolder();
  await writeHistory(folder, [
    // Higher still before the 24 h that count.
    reading('drawdown', 26, (age) => (age > 24.5 ? 0.08 : age > 20 && age < 21 ? 0.03 : 0.001)),
    reading('equity_deviation', 26, () => 0.0001),
    reading('guards', 3, (age) => (age > 1 ? 5 : 2)),
    reading('overrides', 23.5, () => 4),
    { ...reading('stop_loss', 26, () => 0.2), to: now - hour },
    { ...reading('blocked_lines', 2, () => 7), to: now - hour },
    share('BUY', (age) => (age > 12 ? 0.2 : 0.4)),
    share('SELL', () => 0.3),
    share('HOLD', (age) => (age > 12 ? 0.5 : 0.3)),
  ]);
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(configFile, '{}');
  const port = await freePort();
  const server = await startPrometheus(folder, port, configFile);
  onTestFinished(() => server.stop());
  const prometheus = new PrometheusClient(`http://127.0.0.1:${port}`, 5);
  const quantities = [
    ...(['drawdown', 'equity_deviation', 'blocked_lines', 'guards', 'overrides', 'stop_loss'] as const),
    ...(['action_share', 'extreme_confidence'] as const),
  ];
  const floors = { equity_deviation: 0.002, overrides: 5 };

  const { baseline, unknown } = await captureBaseline(
    prometheus,
    { quantities, floors, from: 'either' },
    now,
  );
  const values = Object.fromEntries(
    baseline.values.map(({ quantity, action, ...rest }) => [action === '' ? quantity : action, rest]),
  );
  expect(unknown).toEqual(['blocked_lines', 'extreme_confidence']);
  expect(baseline.captured_at).toBe(now);
  expect(values).toEqual({
    drawdown: { value: 0.03, measured: 0.03, source: 'history' },
    equity_deviation: { value: 0.002, measured: 0.0001, source: 'history' },
    guards: { value: 2, measured: 2, source: 'current' },
    overrides: { value: 5, measured: 4, source: 'current' },
    stop_loss: { value: 0.2, measured: 0.2, source: 'history' },
    BUY: {
      value: expect.closeTo(0.3, 3) as number,
      measured: expect.closeTo(0.3, 3) as number,
      source: 'history',
    },
    SELL: {
      value: expect.closeTo(0.3, 9) as number,
      measured: expect.closeTo(0.3, 9) as number,
      source: 'history',
    },
    HOLD: {
      value: expect.closeTo(0.4, 3) as number,
      measured: expect.closeTo(0.4, 3) as number,
      source: 'history',
    },
  });

  const past = await captureBaseline(prometheus, { quantities, floors, from: 'history' }, now);
  expect(past.unknown).toEqual(['blocked_lines', 'guards', 'overrides', 'extreme_confidence']);
  const earlier = await captureBaseline(
    prometheus,
    { quantities: ['drawdown'], floors, from: 'either' },
    now - hour,
  );
  expect(earlier.baseline.values).toEqual([
    { quantity: 'drawdown', action: '', value: 0.08, measured: 0.08, source: 'history' },
  ]);
});
