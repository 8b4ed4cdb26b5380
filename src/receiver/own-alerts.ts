import type { PostableAlert } from '../alerts/alertmanager.js';
import type { Rollback } from '../deployments/rollback.js';
import { drillPlan, ownAlert } from '../names.js';
import { printable } from '../reports/text.js';
import type { LedgerRecord } from '../rollback/records.js';
import type { LedgerState } from '../rollback/state.js';

/** What happened stays an alert so long, seconds; then it resolves by itself. */
const lasts = 15 * 60;
/** A condition that is told again and again as long as it holds, seconds. */
const conditionLasts = 5 * 60;

type OwnAlertName = (typeof ownAlert)[keyof typeof ownAlert];

/** How soon people must look at each. None has a label `rollback`: it would come back as an order. */
export const ownAlertLevels: Readonly<
  Record<OwnAlertName, { readonly severity: 'info' | 'warning' | 'critical'; readonly priority?: 'P0' }>
> = {
  [ownAlert.rollbackStarted]: { severity: 'critical' },
  [ownAlert.rollbackSucceeded]: { severity: 'info' },
  [ownAlert.rollbackFailed]: { severity: 'critical', priority: 'P0' },
  [ownAlert.rollbackLatched]: { severity: 'info' },
  [ownAlert.rollbackRefused]: { severity: 'warning' },
  [ownAlert.watchdogMissing]: { severity: 'critical' },
};

/** Nothing was refused there: the alert is over. */
const noRefusal: ReadonlySet<string> = new Set(['resolved']);

/**
 * What people are told of a record of the ledger.
 * @param state with the record in it
 * @param receiverUrl where the receiver is reached, without a path
 * @returns undefined where there is nothing to tell
 */
export function alertOfRecord(
  record: LedgerRecord,
  state: Pick<LedgerState, 'rollbacks'>,
  receiverUrl: string,
): PostableAlert | undefined {
  if (record.type === 'violation_ignored') {
    const { alertname, plan, deployment, reason, time } = record;
    if (noRefusal.has(reason) || plan === drillPlan) return undefined;
    return refused(
      { alertname, plan, deployment, reason, time },
      `${receiverUrl}/api/rollbacks`,
      receiverUrl,
    );
  }
  if (!('rollback' in record) || record.rollback === null) return undefined;
  const rollback = state.rollbacks.get(record.rollback);
  // A drill wakes nobody: what became of it is a metric, and DrillFailed.
  return rollback === undefined || rollback.plan === drillPlan
    ? undefined
    : alertOfRollback(record, rollback, receiverUrl);
}

/** The Watchdog alert stays away. @param now Unix seconds */
export function watchdogAlert(description: string, now: number, receiverUrl: string): PostableAlert {
  return {
    ...told(ownAlert.watchdogMissing, {}, 'The Watchdog alert is missing', description, receiverUrl),
    startsAt: now,
    endsAt: now + conditionLasts,
    generatorURL: `${receiverUrl}/metrics`,
  };
}

function alertOfRollback(
  record: LedgerRecord,
  rollback: Rollback,
  receiverUrl: string,
): PostableAlert | undefined {
  const { id, plan, deployment, trigger, mode } = rollback;
  const { time } = record;
  const link = `${receiverUrl}/api/rollbacks/${encodeURIComponent(id)}`;
  const tell = (
    name: OwnAlertName,
    summary: string,
    description: string,
    labels: Readonly<Record<string, string>> = {},
  ): PostableAlert => ({
    ...told(name, { plan, deployment, ...labels }, summary, description, receiverUrl),
    startsAt: time,
    endsAt: time + lasts,
    generatorURL: link,
  });
  const onlyDecided = (alertname: string): PostableAlert =>
    refused({ alertname, plan, deployment, reason: 'shadow', time }, link, receiverUrl);
  switch (record.type) {
    case 'rollback_started':
      return mode === 'shadow'
        ? onlyDecided(trigger.alertname ?? '')
        : tell(
            ownAlert.rollbackStarted,
            `Rolling back: ${plan}`,
            `The rollback ${id} of ${deployment} has begun (${trigger.source}): ${causeOf(rollback)}`,
          );
    case 'rollback_resumed':
      return tell(
        ownAlert.rollbackStarted,
        `Rolling back again: ${plan}`,
        `The rollback ${id} of ${deployment} was interrupted and runs again: ${record.note}`,
      );
    case 'rollback_finished':
      return record.result === 'shadow'
        ? undefined
        : tell(...outcomeOf(record.result, rollback, record.note));
    case 'evidence_added':
      return mode === 'shadow'
        ? onlyDecided(record.alertname)
        : tell(
            ownAlert.rollbackLatched,
            `A further violation after the rollback: ${plan}`,
            `${record.alertname} is evidence of the rollback ${id} of ${deployment} and starts none: ${record.description}`,
            { violation: record.alertname },
          );
    default:
      return undefined;
  }
}

function outcomeOf(
  result: 'succeeded' | 'failed',
  { id, plan, deployment, methods }: Rollback,
  note: string,
): [OwnAlertName, string, string] {
  const more = note === '' ? '' : ` ${note}.`;
  if (result === 'succeeded') {
    const last = methods.at(-1)?.name ?? '';
    return [
      ownAlert.rollbackSucceeded,
      `Rolled back: ${plan}`,
      `The rollback ${id} of ${deployment} is done and verified, by the method ${last}.${more}`,
    ];
  }
  return [
    ownAlert.rollbackFailed,
    `The rollback failed: ${plan}`,
    `The rollback ${id} of ${deployment} failed or could not be verified.${more} The change may still be live.`,
  ];
}

function causeOf({ trigger }: Rollback): string {
  return trigger.alertname === null
    ? `${trigger.operator === '' ? 'by hand' : trigger.operator}: ${trigger.reason}`
    : `${trigger.alertname}: ${trigger.reason}`;
}

/** Why an alert started nothing, for people. */
const refusals: Readonly<Record<string, string>> = {
  unknown_plan: 'no such plan is configured',
  no_deployment: 'the alert names no deployment, as none is declared that this plan undoes',
  unknown_deployment: 'no such deployment was declared',
  other_deployment: 'the plan undoes another kind of deployment',
  accepted: 'its condition held when the deployment was declared, and was accepted',
  deployment_ended: 'the deployment is no longer under observation, or another was declared since',
  kill_switch: 'the kill switch is set',
  shadow: 'the receiver runs in shadow mode',
};

interface Refusal {
  readonly alertname: string;
  readonly plan: string;
  readonly deployment: string;
  readonly reason: string;
  readonly time: number;
}

function refused(
  { alertname, plan, deployment, reason, time }: Refusal,
  generatorURL: string,
  receiverUrl: string,
): PostableAlert {
  return {
    ...told(
      ownAlert.rollbackRefused,
      { plan, deployment, reason, violation: alertname },
      `Not rolled back: ${plan}`,
      `${alertname} of ${deployment === '' ? 'no deployment' : deployment} started no rollback ${plan}: ${refusals[reason] ?? reason}.`,
      receiverUrl,
    ),
    startsAt: time,
    endsAt: time + lasts,
    generatorURL,
  };
}

function told(
  name: OwnAlertName,
  labels: Readonly<Record<string, string>>,
  summary: string,
  description: string,
  receiverUrl: string,
): Pick<PostableAlert, 'labels' | 'annotations'> {
  const { severity, priority } = ownAlertLevels[name];
  const all = {
    alertname: name,
    runbook: 'redline',
    severity,
    ...(priority === undefined ? {} : { priority }),
    ...labels,
  };
  return {
    // What others wrote may hold anything; Alertmanager takes no empty label.
    labels: Object.fromEntries(
      Object.entries(all).flatMap(([label, value]) => (value === '' ? [] : [[label, printable(value)]])),
    ),
    annotations: {
      summary: printable(summary),
      description: printable(description),
      runbook_url: `${receiverUrl}/docs/alerts/${name}`,
    },
  };
}
