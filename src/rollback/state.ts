import type { Deployment, DeploymentKind, PreparedBaseline } from '../deployments/deployment.js';
import { neverSet, type KillSwitch } from '../deployments/kill-switch.js';
import type { Promotion } from '../deployments/promotion.js';
import { drillPlan } from '../names.js';
import { applyDrill, emptyDrills, noteRefusal, type DrillsState } from './drill-state.js';
import type { LedgerRecord } from './records.js';
import { newMethodRun, newRollback, resultOf, runningMethod, type RollbackState } from './rollback-state.js';

/** Ended deployments and rollbacks that are kept in memory; the ledger keeps all. */
const keptInMemory = 200;
/** Of those the runs of drills, which must not push out what was done to a deployment. */
const keptDrillRuns = 10;
/** Alerts that were ignored are recorded once each; so many are remembered, the newest. */
const ignoredLimit = 1000;
/** An alert of no deployment that begins anew is recorded again so long after its last record, seconds: it may flap. */
const recordedAgainAfter = 3600;
/** Passes of the acceptance thresholds that are kept in memory, the newest. */
const keptPromotions = 20;
/** Further violations that the record of a rollback takes. */
export const evidenceLimit = 50;

/** How the rollbacks of a plan ended, over the whole ledger. */
export interface PlanTotals {
  succeeded: number;
  failed: number;
}

/** What the records of a ledger amount to. Changed by `applyRecord` alone. */
export interface LedgerState {
  /** events of the gate count from here, null: none registered */
  cutover: number | null;
  /** newest restart of the engine that Redline made, null: none */
  engineRestart: number | null;
  /** newest entry of the stream by which a pair of receivers tells each other that stands in this ledger, null: none */
  sharedEntry: string | null;
  /** while it is on, no alert starts a rollback */
  killSwitch: KillSwitch;
  /** what was measured before a change, the newest of each kind, until a deployment of that kind takes it up */
  readonly baselines: Map<DeploymentKind, PreparedBaseline>;
  /** passes of the acceptance thresholds, the newest, oldest first */
  readonly promotions: Promotion[];
  /** by id, oldest first */
  readonly deployments: Map<string, Deployment>;
  /** by id, oldest first */
  readonly rollbacks: Map<string, RollbackState>;
  readonly totals: Map<string, PlanTotals>;
  /** when each alert that started nothing was recorded last, Unix seconds, by the keys of `ignoredKey` */
  readonly ignored: Map<string, number>;
  /** deployments whose end by time is not settled yet (`monitoring_completed`), with the time of the record of their end */
  readonly awaitingCompletion: Map<string, number>;
  /** rollbacks that have ended and whose incident file is not written yet, oldest first */
  readonly awaitingIncident: Set<string>;
  readonly drills: DrillsState;
}

export function emptyState(): LedgerState {
  return {
    cutover: null,
    engineRestart: null,
    sharedEntry: null,
    killSwitch: neverSet,
    baselines: new Map(),
    promotions: [],
    deployments: new Map(),
    rollbacks: new Map(),
    totals: new Map(),
    ignored: new Map(),
    awaitingCompletion: new Map(),
    awaitingIncident: new Set(),
    drills: emptyDrills(),
  };
}

/** What a list of records amounts to. */
export function foldRecords(records: Iterable<LedgerRecord>): LedgerState {
  const state = emptyState();
  for (const record of records) applyRecord(state, record);
  return state;
}

/** What makes two ignored alerts the same. */
export function ignoredKey(alertname: string, deployment: string, reason: string): string {
  return JSON.stringify([alertname, deployment, reason]);
}

/** An alert that started nothing, as it is recorded. */
export interface IgnoredAlert {
  readonly alertname: string;
  readonly deployment: string;
  readonly reason: string;
  /** when the alert began, Unix seconds; null where unknown */
  readonly startsAt: number | null;
}

/**
 * Whether an alert that started nothing needs no record any more: it is on record, and for as long as it fires it comes
 * again and again. One of a deployment is recorded once; what names none is an incident of its own each time that it begins.
 * @param now Unix seconds
 */
export function isIgnoredOnRecord(
  { ignored }: Pick<LedgerState, 'ignored'>,
  { alertname, deployment, reason, startsAt }: IgnoredAlert,
  now: number,
): boolean {
  const recorded = ignored.get(ignoredKey(alertname, deployment, reason));
  if (recorded === undefined) return false;
  if (reason !== 'no_deployment' || startsAt === null) return true;
  return startsAt <= recorded || now - recorded < recordedAgainAfter;
}

/** Adds one record to the state. A record about something unknown changes nothing. */
export function applyRecord(state: LedgerState, record: LedgerRecord): void {
  if (record.origin !== undefined) state.sharedEntry = record.origin.entry;
  state.drills.since ??= record.time;
  switch (record.type) {
    case 'cutover_registered':
      state.cutover = record.cutover;
      return;
    case 'restart':
      state.engineRestart = record.at;
      return;
    case 'kill_switch':
      applyKillSwitch(state, record);
      return;
    case 'violation_ignored':
      rememberIgnored(
        state.ignored,
        ignoredKey(record.alertname, record.deployment, record.reason),
        record.time,
      );
      noteRefusal(state.drills, record);
      return;
    case 'baseline_prepared': {
      const { kind, operator, baseline, time } = record;
      state.baselines.set(kind, { kind, operator, prepared_at: time, baseline });
      return;
    }
    case 'promotion_passed': {
      const { operator, window_seconds, trading_mode, values, time } = record;
      state.promotions.push({ operator, window_seconds, trading_mode, values, passed_at: time });
      if (state.promotions.length > keptPromotions) state.promotions.shift();
      return;
    }
    case 'deployment_started':
    case 'deployment_activated':
    case 'deployment_ended':
    case 'acceptance_ended':
    case 'monitoring_completed':
      applyDeployment(state, record);
      return;
    case 'rollback_started':
    case 'rollback_resumed':
    case 'method_started':
    case 'method_exited':
    case 'method_finished':
    case 'rollback_finished':
    case 'evidence_added':
      applyRollback(state, record);
      return;
    case 'incident_written':
      state.awaitingIncident.delete(record.rollback);
      return;
    case 'drill_started':
    case 'drill_delivered':
    case 'drill_finished':
      applyDrill(state.drills, record);
      return;
  }
}

function applyKillSwitch(
  state: LedgerState,
  { on, reason, operator, time }: Extract<LedgerRecord, { type: 'kill_switch' }>,
): void {
  const since = on === state.killSwitch.on ? state.killSwitch.since : time;
  state.killSwitch = { on, reason, operator, since };
  // What it keeps from starting is recorded anew each time that it is set.
  if (on) forgetIgnored(state.ignored, 'kill_switch');
}

type DeploymentRecord = Extract<
  LedgerRecord,
  {
    type:
      | 'deployment_started'
      | 'deployment_activated'
      | 'deployment_ended'
      | 'acceptance_ended'
      | 'monitoring_completed';
  }
>;
type RollbackRecord = Extract<
  LedgerRecord,
  {
    type:
      | 'rollback_started'
      | 'rollback_resumed'
      | 'method_started'
      | 'method_exited'
      | 'method_finished'
      | 'rollback_finished'
      | 'evidence_added';
  }
>;

function applyDeployment(state: LedgerState, record: DeploymentRecord): void {
  if (record.type === 'deployment_started') {
    const { deployment, time } = record;
    state.deployments.set(deployment.id, { ...deployment, declared_at: deployment.declared_at ?? time });
    state.baselines.delete(record.deployment.kind);
    forgetOldest(state.deployments, ({ outcome }) => outcome !== null);
    return;
  }
  const deployment = state.deployments.get(record.deployment);
  if (deployment === undefined) return;
  switch (record.type) {
    case 'deployment_activated':
      deployment.activated_at = record.at;
      return;
    case 'deployment_ended':
      deployment.ends_at = record.at;
      deployment.outcome = record.outcome;
      // A rollback after the judgement takes it back.
      deployment.completion = null;
      if (record.outcome === 'completed' && isJudgedAtEnd(deployment.kind))
        state.awaitingCompletion.set(deployment.id, record.time);
      else state.awaitingCompletion.delete(deployment.id);
      return;
    case 'acceptance_ended':
      deployment.accepted = deployment.accepted.filter((alertname) => alertname !== record.alertname);
      return;
    case 'monitoring_completed':
      state.awaitingCompletion.delete(deployment.id);
      deployment.completion = record.result;
      return;
  }
}

/** Whether the end by time of such a deployment is judged and put on record. */
function isJudgedAtEnd(kind: DeploymentKind): boolean {
  return kind !== 'production';
}

function applyRollback(state: LedgerState, record: RollbackRecord): void {
  if (record.type === 'rollback_started') {
    state.rollbacks.set(record.rollback, newRollback(record));
    forgetOldest(state.rollbacks, ({ result }) => result !== null);
    if (record.plan === drillPlan) forgetDrillRuns(state.rollbacks);
    return;
  }
  const rollback = state.rollbacks.get(record.rollback);
  if (rollback === undefined) return;
  switch (record.type) {
    case 'rollback_resumed':
      rollback.running_since = record.time;
      rollback.note = record.note;
      return;
    case 'method_started':
      if (rollback.methods.length === 0) rollback.running_since = record.time;
      rollback.methods.push(newMethodRun(record));
      rollback.outcome_file = record.outcome_file ?? null;
      return;
    case 'method_exited': {
      const method = runningMethod(rollback, record.name);
      if (method !== undefined) Object.assign(method, resultOf(record), { exited_at: record.time });
      return;
    }
    case 'method_finished': {
      const method = runningMethod(rollback, record.name);
      if (method === undefined) return;
      Object.assign(method, resultOf(record));
      method.ended_at = record.time;
      method.verification = record.verification;
      return;
    }
    case 'rollback_finished':
      rollback.result = record.result;
      rollback.ended_at = record.time;
      if (record.note !== '') rollback.note = record.note;
      countResult(state, rollback.plan, record.result);
      if (record.incident !== undefined) awaitIncident(state.awaitingIncident, rollback.id);
      return;
    case 'evidence_added':
      rollback.evidence.push({
        alertname: record.alertname,
        description: record.description,
        first_seen: record.time,
      });
      return;
  }
}

function forgetDrillRuns(rollbacks: Map<string, RollbackState>): void {
  const over = [...rollbacks.values()].filter(({ plan, result }) => plan === drillPlan && result !== null);
  for (const { id } of over.slice(0, -keptDrillRuns)) rollbacks.delete(id);
}

function countResult(state: LedgerState, plan: string, result: 'succeeded' | 'failed' | 'shadow'): void {
  if (result === 'shadow') return;
  const totals = state.totals.get(plan) ?? { succeeded: 0, failed: 0 };
  totals[result] += 1;
  state.totals.set(plan, totals);
}

/** What is no longer in memory cannot be written down any more. */
function awaitIncident(awaiting: Set<string>, id: string): void {
  awaiting.add(id);
  if (awaiting.size > keptInMemory) forgetFirst(awaiting);
}

function rememberIgnored(ignored: Map<string, number>, key: string, time: number): void {
  // What is recorded again is the newest again.
  ignored.delete(key);
  ignored.set(key, time);
  if (ignored.size > ignoredLimit) forgetFirst(ignored);
}

/** The reason is the last part of `ignoredKey`. */
function forgetIgnored(ignored: Map<string, number>, reason: string): void {
  for (const key of ignored.keys()) if (key.endsWith(`,${JSON.stringify(reason)}]`)) ignored.delete(key);
}

function forgetFirst(keyed: Set<string> | Map<string, unknown>): void {
  for (const oldest of keyed.keys()) {
    keyed.delete(oldest);
    return;
  }
}

/** Keeps the map small: the oldest entries that are over go first; what is still open always stays. */
function forgetOldest<T>(map: Map<string, T>, isOver: (value: T) => boolean): void {
  if (map.size <= keptInMemory) return;
  for (const [id, value] of map) {
    if (map.size <= keptInMemory) return;
    if (isOver(value)) map.delete(id);
  }
}
