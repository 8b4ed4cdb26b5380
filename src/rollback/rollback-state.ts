import type { CommandResult, MethodRun, Rollback } from '../deployments/rollback.js';
import type { LedgerRecord } from './records.js';

/** A rollback and what only the receiver needs to know of it. */
export interface RollbackState extends Rollback {
  /** when its methods began to run, the last time; until then when it was decided */
  running_since: number;
  /** says how the newest method ended, once it has; null: none was started, or its record is older than the field */
  outcome_file: string | null;
}

/** As its beginning is recorded. */
export function newRollback(record: Extract<LedgerRecord, { type: 'rollback_started' }>): RollbackState {
  return {
    id: record.rollback,
    plan: record.plan,
    deployment: record.deployment,
    trigger: record.trigger,
    mode: record.mode,
    started_at: record.time,
    running_since: record.time,
    outcome_file: null,
    ended_at: null,
    result: null,
    note: '',
    methods: [],
    evidence: [],
  };
}

/** As its beginning is recorded. */
export function newMethodRun(record: Extract<LedgerRecord, { type: 'method_started' }>): MethodRun {
  return {
    name: record.name,
    argv: record.argv,
    started_at: record.time,
    ended_at: null,
    exit_code: null,
    signal: null,
    timed_out: false,
    error: '',
    output: '',
    output_truncated: false,
    verification: [],
  };
}

/** The run of a method that has not ended; undefined where none has begun. */
export function runningMethod(rollback: Rollback, name: string): MethodRun | undefined {
  return rollback.methods.findLast((method) => method.name === name && method.ended_at === null);
}

/** How a command ended, without what else a record or a method says. */
export function resultOf(result: CommandResult): CommandResult {
  const { exit_code, signal, timed_out, error, output, output_truncated } = result;
  return { exit_code, signal, timed_out, error, output, output_truncated };
}
