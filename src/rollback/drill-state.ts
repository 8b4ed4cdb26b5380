import type { Drill, DrillLeg, DrillResult } from '../deployments/drill.js';
import { drillPlan } from '../names.js';
import type { LedgerRecord } from './records.js';

/** Drills that are kept in memory; the ledger keeps all. */
const keptDrills = 10;

/** A drill and what only the receiver needs to know of it. Its legs are told once it is over. */
export interface DrillState extends Drill {
  /** when the first webhook with its alert came, Unix seconds */
  delivered_at: number | null;
  /** why its alert started nothing, where the decision was so */
  refused: string | null;
}

/** What the records of drills amount to. Times are Unix seconds, null where there was none. */
export interface DrillsState {
  /** time of the first record of the ledger, of whatever kind: from here the first drill of the schedule counts */
  since: number | null;
  /** by id, oldest first */
  readonly known: Map<string, DrillState>;
  /** over the whole ledger */
  readonly totals: Record<DrillResult, number>;
  lastSuccess: number | null;
  lastFailure: { readonly at: number; readonly leg: DrillLeg } | null;
}

export type DrillRecord = Extract<
  LedgerRecord,
  { type: 'drill_started' | 'drill_delivered' | 'drill_finished' }
>;

export function emptyDrills(): DrillsState {
  return {
    since: null,
    known: new Map(),
    totals: { succeeded: 0, failed: 0, not_run: 0 },
    lastSuccess: null,
    lastFailure: null,
  };
}

/** The drill that is under way; undefined where none is. */
export function runningDrill({ known }: DrillsState): DrillState | undefined {
  return [...known.values()].findLast(({ result }) => result === null);
}

/** The drill that began last; undefined where there was none. */
export function newestDrill({ known }: DrillsState): DrillState | undefined {
  return [...known.values()].at(-1);
}

/** Adds one record to the state. A record about something unknown changes nothing. */
export function applyDrill(state: DrillsState, record: DrillRecord): void {
  if (record.type === 'drill_started') {
    state.known.set(record.drill, newDrill(record));
    for (const id of [...state.known.keys()].slice(0, -keptDrills)) state.known.delete(id);
    return;
  }
  const drill = state.known.get(record.drill);
  if (drill === undefined) return;
  if (record.type === 'drill_delivered') {
    drill.delivered_at ??= record.at;
    return;
  }
  const { result, missing, note, trigger, rollback, legs, time } = record;
  Object.assign(drill, { result, missing, note, trigger, rollback, legs, ended_at: time });
  state.totals[result] += 1;
  if (result === 'succeeded') state.lastSuccess = time;
  if (result === 'failed' && missing !== null) state.lastFailure = { at: time, leg: missing };
}

/** Remembers why the alert of a drill started nothing while it fired. */
export function noteRefusal(
  { known }: DrillsState,
  { plan, deployment, reason }: Extract<LedgerRecord, { type: 'violation_ignored' }>,
): void {
  const drill = plan === drillPlan ? known.get(deployment) : undefined;
  if (drill?.result === null && reason !== 'resolved') drill.refused = reason;
}

function newDrill(record: Extract<DrillRecord, { type: 'drill_started' }>): DrillState {
  return {
    id: record.drill,
    source: record.source,
    operator: record.operator,
    started_at: record.at,
    timeout_seconds: record.timeout_seconds,
    ended_at: null,
    result: null,
    missing: null,
    note: '',
    trigger: null,
    rollback: null,
    legs: [],
    delivered_at: null,
    refused: null,
  };
}
