import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { PrometheusClient } from '../../../src/alerts/prometheus.js';
import { freePort } from '../../../src/platform/free-port.js';
import { Mutex } from '../../../src/platform/mutex.js';
import { unixNow } from '../../../src/platform/clock.js';
import { Completion, completionWait } from '../../../src/receiver/completion.js';
import { beginRollback } from '../../../src/rollback/begin.js';
import { Ledger } from '../../../src/rollback/ledger.js';
import { calibration, canary, goLive, manual, silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

/** A deployment that ended by time a while ago, and a Prometheus that nobody reaches. */
async function ended(
  deployment: Deployment,
  secondsAgo: number,
  since = 0,
): Promise<{ completion: Completion; ledger: Ledger; log: string }> {
  const folder = temporaryFolder();
  const log = join(folder, 'logs', 'qsc_canary.jsonl');
  const ledger = await Ledger.open(join(folder, 'ledger.jsonl'), silent);
  onTestFinished(() => ledger.close());
  await ledger.append(
    { type: 'deployment_started', deployment },
    { type: 'deployment_ended', deployment: deployment.id, at: 21_600, outcome: 'completed' },
  );
  ledger.state.awaitingCompletion.set(deployment.id, unixNow() - secondsAgo);
  const prometheus = new PrometheusClient(`http://127.0.0.1:${await freePort()}`, 1);
  return {
    completion: new Completion({
      ledger,
      mutex: new Mutex(),
      prometheus,
      canaryLog: log,
      logger: silent,
      since,
    }),
    ledger,
    log,
  };
}

function endedCanary(secondsAgo: number, since?: number): ReturnType<typeof ended> {
  return ended(canary({ started_at: 0, ends_at: 21_600 }), secondsAgo, since);
}

const line = {
  action: 'monitoring_completed',
  timestamp: '1970-01-01T06:00:00.000Z',
  canary_model: 'patchtst',
  duration_hours: 6,
  checks_performed: null,
  result: 'unknown',
};

describe('Completion', () => {
  it('waits for Prometheus before it says anything', async () => {
    const { completion, ledger } = await endedCanary(completionWait - 10);
    await completion.run();
    expect(ledger.state.awaitingCompletion.size).toBe(1);
  });

  it('gives Prometheus the same time after its own start', async () => {
    const { completion, ledger } = await endedCanary(86_400, unixNow() - completionWait + 10);
    await completion.run();
    expect(ledger.state.awaitingCompletion.size).toBe(1);
  });

  it('holds a violation against it that was decided in shadow mode', async () => {
    const { completion, ledger, log } = await endedCanary(0);
    const trigger = { ...manual, source: 'webhook' as const, alertname: 'QscDeadZone' };
    const deployment = ledger.state.deployments.get('canary-1');
    await beginRollback(ledger, { plan: 'qsc', deployment, trigger, mode: 'shadow' });
    await completion.run();
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual({ ...line, result: 'violations' });
    expect(deployment?.completion).toBe('violations');
  });

  it('calls the result of an observation unknown of which Prometheus cannot be asked', async () => {
    const { completion, ledger, log } = await endedCanary(completionWait);
    await completion.run();
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual(line);
    expect(ledger.state.awaitingCompletion.size).toBe(0);
    await completion.run();
    expect(readFileSync(log, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });

  it('writes no second line where a crash left one, and joins none to a torn one', async () => {
    const first = await endedCanary(completionWait);
    mkdirSync(dirname(first.log));
    appendFileSync(first.log, `${JSON.stringify(line)}\n`);
    await first.completion.run();
    expect(readFileSync(first.log, 'utf8').trimEnd().split('\n')).toHaveLength(1);

    const second = await endedCanary(completionWait);
    mkdirSync(dirname(second.log));
    appendFileSync(second.log, '{"action":"canary_acti');
    await second.completion.run();
    expect(JSON.parse(readFileSync(second.log, 'utf8').split('\n')[1] ?? '')).toEqual(line);
  });

  it('settles a go-live in the same way, and asks nothing of what has no end', async () => {
    const late = await ended(goLive(), completionWait);
    await late.completion.run();
    expect(late.ledger.state.deployments.get('go-live-1')?.completion).toBe('unknown');
    expect(existsSync(late.log)).toBe(false);
    const production = await ended(canary({ kind: 'production', model: '' }), completionWait);
    const { ledger } = production;
    await ledger.append({ type: 'deployment_ended', deployment: 'canary-1', at: 1, outcome: 'completed' });
    expect(ledger.state.awaitingCompletion.size).toBe(0);
  });

  it('settles a calibration in the same way, and leaves the canary’s log alone', async () => {
    const early = await ended(calibration(), completionWait - 10);
    await early.completion.run();
    expect(early.ledger.state.awaitingCompletion.size).toBe(1);

    const late = await ended(calibration(), completionWait);
    await late.completion.run();
    expect(late.ledger.state.deployments.get('calibration-1')?.completion).toBe('unknown');

    const violated = await ended(calibration(), 0);
    const deployment = violated.ledger.state.deployments.get('calibration-1');
    const trigger = { ...manual, source: 'webhook' as const, alertname: 'CalibrationReloaded' };
    await beginRollback(violated.ledger, { plan: 'calibration', deployment, trigger, mode: 'shadow' });
    await violated.completion.run();
    expect(deployment?.completion).toBe('violations');
    for (const { log } of [early, late, violated]) expect(existsSync(log)).toBe(false);
  });
});
