import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PrometheusClient } from '../../../src/alerts/prometheus.js';
import { Mutex } from '../../../src/platform/mutex.js';
import { unixNow } from '../../../src/platform/clock.js';
import { Completion, completionWait } from '../../../src/receiver/completion.js';
import { beginRollback } from '../../../src/rollback/begin.js';
import { Ledger } from '../../../src/rollback/ledger.js';
import { freePort } from '../../../src/stack/servers.js';
import { canary, manual, silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

/** A canary that ended by time a while ago, and a Prometheus that nobody reaches. */
async function endedCanary(
  secondsAgo: number,
  since = 0,
): Promise<{ completion: Completion; ledger: Ledger; log: string }> {
  const folder = temporaryFolder();
  const log = join(folder, 'logs', 'qsc_canary.jsonl');
  const ledger = await Ledger.open(join(folder, 'ledger.jsonl'), silent);
  onTestFinished(() => ledger.close());
  await ledger.append(
    { type: 'deployment_started', deployment: canary({ started_at: 0, ends_at: 21_600 }) },
    { type: 'deployment_ended', deployment: 'canary-1', at: 21_600, outcome: 'completed' },
  );
  ledger.state.awaitingCompletion.set('canary-1', unixNow() - secondsAgo);
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
});
