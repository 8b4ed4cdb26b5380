import { describe, expect, it } from 'vitest';
import { coloursFor } from '../../../../src/platform/colours.js';
import { paintFor, plainPaint } from '../../../../src/reports/paint.js';
import { watchedAlerts, type WatchReading } from '../../../../src/reports/playbook/watch.js';
import { renderLines, unansweredLines, watchLines } from '../../../../src/reports/playbook/watch-screen.js';
import { emptyReport, fullReport, hostile, now } from './example-report.js';

function reading(parts: Partial<WatchReading> = {}): WatchReading {
  const { health, learning } = emptyReport(24);
  return {
    at: now,
    observed: { state: 'unknown' },
    firing: [],
    knownRules: 0,
    health,
    trading: emptyReport(168).trading,
    confidence: learning.confidence,
    modes: [],
    retraining: learning.retraining,
    portfolio: undefined,
    drawdown: undefined,
    todayPnl: undefined,
    unanswered: [],
    ...parts,
  };
}

const low = {
  alertname: 'WinRateLow',
  severity: 'critical',
  labels: { symbol: 'ETH/USDT' },
  text: `${hostile} 41% of the trades were won`,
};
const pair = { symbol: 'ETH/USDT', interval: '1h' };
const busy = reading({
  firing: [low],
  knownRules: 60,
  trading: fullReport().trading,
  confidence: {
    window: { name: '24h', days: 1 },
    overall: 0.7,
    pairs: [{ ...pair, rows: 9, mean: 0.66, min: 0.5, max: 0.8, stddev: 0.1 }],
  },
  modes: [{ ...pair, mode: 'LEARNING', forSeconds: 5400 }],
});

describe('the screen', () => {
  it('calls unknown what is unknown', () => {
    const text = renderLines(watchLines(reading()), plainPaint);
    expect(text).not.toMatch(/NaN|undefined|none fires/);
    expect(text).toContain('unknown: the receiver is not scraped');
    expect(text).toContain('Prometheus knows no rule, nothing is judged');
  });

  it('has a line for each pair, red where an alert says so and not by its number', () => {
    const paint = paintFor(coloursFor({ isTTY: true }, {}));
    const text = renderLines(watchLines(busy), paint);
    expect(text).toContain(`\u001b[31m${'44.0%'.padStart(8)}\u001b[39m`);
    const quiet = renderLines(watchLines({ ...busy, firing: [] }), paint);
    expect(quiet).not.toContain('\u001b[31m');
    expect(renderLines(watchLines(busy), plainPaint)).toMatch(
      /ETH\/USDT 1h +44\.0% +66\.0% +LEARNING for 1h 30m/,
    );
  });

  it('fits a terminal of any size, and lets nobody move its cursor', () => {
    const paint = paintFor(coloursFor({ isTTY: true }, {}));
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 20, rows: 5 },
      { columns: 1, rows: 1 },
    ]) {
      const lines = renderLines(watchLines(busy), paint, size).split('\n');
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      // Colours have no width.
      for (const line of lines)
        expect(line.replaceAll(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(size.columns);
    }
    expect(renderLines(watchLines(busy), plainPaint)).not.toContain('\u001b');
  });

  it('says why nothing is known', () => {
    expect(renderLines(unansweredLines('Prometheus does not answer', now), plainPaint)).toContain(
      'NOTHING IS KNOWN: Prometheus does not answer',
    );
  });
});

it('puts the gravest alert first and leaves the heartbeat out', () => {
  const alert = (name: string, severity: string) => ({
    name,
    alerts: [{ labels: { severity }, annotations: {}, state: 'firing' as const, value: '1' }],
  });
  const firing = watchedAlerts([alert('B', 'info'), alert('Watchdog', 'critical'), alert('A', 'critical')]);
  expect(firing.map(({ alertname }) => alertname)).toEqual(['A', 'B']);
});
