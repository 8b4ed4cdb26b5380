import { closeSync, openSync, writeSync } from 'node:fs';
import type { Baseline } from '../../src/deployments/baseline.js';
import { chainRecord, chainStart, type ChainHead } from '../../src/rollback/chain.js';
import type { Fact, LedgerRecord } from '../../src/rollback/records.js';
import { calibration, canary, manual } from './violations.js';

/** When the history begins, Unix seconds. */
const firstRecord = 1_700_000_000;
const secondsApart = 30;
/** Lines that are written in one go. */
const batch = 1000;

const baseline: Baseline = {
  captured_at: firstRecord,
  values: (['drawdown', 'guards', 'overrides', 'stop_loss', 'extreme_confidence'] as const).map(
    (quantity) => ({ quantity, action: '', value: 12.5, measured: 11.75, source: 'history' }),
  ),
};

const scriptLines = Array.from(
  { length: 18 },
  (_, line) =>
    `[2026-11-20T11:05:13Z] step ${line}: quantum-ai-engine.service restored from its baseline, ok`,
).join('\n');

/** What a receiver records in years of canaries and calibrations, most of them rolled back; it never ends. */
export function* ledgerHistory(): Generator<Fact, never> {
  for (let number = 1; ; number += 1) {
    const isCalibration = number % 4 === 0;
    if (isCalibration) yield { type: 'baseline_prepared', kind: 'calibration', operator: 'kari', baseline };
    const id = `${isCalibration ? 'calibration' : 'canary'}-${number}`;
    const deployment = isCalibration ? calibration({ id, baseline }) : canary({ id });
    yield { type: 'deployment_started', deployment: { ...deployment, accepted: ['DrawdownAboveNormal'] } };
    yield { type: 'deployment_activated', deployment: id, at: firstRecord };
    yield { type: 'restart', role: 'engine', at: firstRecord };
    yield { type: 'acceptance_ended', deployment: id, alertname: 'DrawdownAboveNormal' };
    for (const alertname of ['QscDeadZone', 'QscFlatPredictions', 'QscNarrowRange'])
      yield {
        type: 'violation_ignored',
        alertname,
        plan: 'qsc',
        deployment: `canary-${number - 1}`,
        reason: 'deployment_ended',
      };
    if (number % 5 === 0) yield* completed(id);
    else yield* rolledBack(id, number);
  }
}

function* completed(deployment: string): Generator<Fact> {
  yield { type: 'deployment_ended', deployment, at: firstRecord, outcome: 'completed' };
  yield { type: 'monitoring_completed', deployment, result: 'no_violations', checks_performed: 4320 };
}

function* rolledBack(deployment: string, number: number): Generator<Fact> {
  const rollback = `qsc-${number}`;
  yield rollbackStarted(rollback, deployment);
  yield { type: 'deployment_ended', deployment, at: firstRecord, outcome: 'rolled_back' };
  yield {
    type: 'method_started',
    rollback,
    name: 'script',
    argv: ['/srv/trading/ops/model_safety/qsc_rollback.sh'],
  };
  const result = {
    exit_code: 0,
    signal: null,
    timed_out: false,
    error: '',
    // Now and then a script says all that is kept of it.
    output: number % 50 === 0 ? 'x'.repeat(32 * 1024) : scriptLines,
    output_truncated: number % 50 === 0,
  };
  yield { type: 'method_exited', rollback, name: 'script', ...result };
  const verification = ['file_absent qsc_canary.conf', 'unit_active quantum-ai-engine'].map((check) => ({
    check,
    ok: true,
    detail: 'as it must be',
  }));
  yield { type: 'method_finished', rollback, name: 'script', ...result, verification };
  yield { type: 'restart', role: 'engine', at: firstRecord };
  for (const alertname of ['QscFlatPredictions', 'QscNarrowRange'])
    yield {
      type: 'evidence_added',
      rollback,
      alertname,
      description: 'Standard deviation of the confidence of patchtst is 0.031; the limit is 0.05.',
      payload_sha256: 'ab'.repeat(32),
    };
  yield { type: 'rollback_finished', rollback, result: 'succeeded', note: '', incident: 'due' };
  yield { type: 'incident_written', rollback, file: `/srv/trading/reports/incidents/${rollback}.md` };
}

function rollbackStarted(rollback: string, deployment: string): Fact {
  const description = 'HOLD is 91.2% of the predictions of patchtst; the limit is 85%.';
  return {
    type: 'rollback_started',
    rollback,
    plan: 'qsc',
    deployment,
    mode: 'auto',
    trigger: {
      ...manual,
      source: 'webhook',
      alertname: 'QscDeadZone',
      description,
      reason: description,
      startsAt: firstRecord,
      expression:
        'quantum:model_gate:violation{check="dead_zone",window="canary"} > 0 and on () redline:observed',
      payload_sha256: 'cd'.repeat(32),
      received_at: firstRecord,
      alert: {
        labels: {
          alertname: 'QscDeadZone',
          rollback: 'qsc',
          deployment,
          severity: 'critical',
          model: 'patchtst',
        },
        annotations: { summary: 'holds nearly always', description, limit: '0.85' },
      },
    },
  };
}

/** Chains facts, as a ledger keeps them. */
export function chainFacts(facts: Iterable<Fact>): { lines: string[]; records: LedgerRecord[] } {
  let head: ChainHead = chainStart;
  const lines: string[] = [];
  const records: LedgerRecord[] = [];
  for (const fact of facts) {
    const { record, line } = chainRecord(fact, firstRecord + head.seq * secondsApart, head);
    head = record;
    lines.push(line);
    records.push(record);
  }
  return { lines, records };
}

/**
 * Writes such a history as a ledger.
 * @param records how many
 * @returns the end of its chain
 */
export function writeLedgerHistory(path: string, records: number): ChainHead {
  const file = openSync(path, 'w', 0o600);
  let head: ChainHead = chainStart;
  let lines: string[] = [];
  const flush = (): void => {
    writeSync(file, lines.join(''));
    lines = [];
  };
  try {
    for (const fact of ledgerHistory()) {
      const { record, line } = chainRecord(fact, firstRecord + head.seq * secondsApart, head);
      head = { seq: record.seq, hash: record.hash };
      lines.push(`${line}\n`);
      if (lines.length === batch) flush();
      if (head.seq === records) break;
    }
    flush();
  } finally {
    closeSync(file);
  }
  return head;
}
