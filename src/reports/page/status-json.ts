import { alertQuantity } from '../alert-quantities.js';
import type { RunbookCheck } from '../runbook-checks.js';
import type { Answer } from './answer.js';
import type { Histories, History } from './history.js';
import type { CheckGroup, Judgement } from './judgement.js';
import type { StatusView } from './status-view.js';

/** What the page shows, for programs, named as elsewhere in the API. What is unknown is null, rather than left out. */
export function statusJson(view: StatusView): string {
  const { killSwitch, silences, watchdog, ledgerRecords, lastEnded, judged, histories, ...rest } = view;
  const document = {
    ...rest,
    kill_switch: killSwitch,
    silences: { alertmanager_up: silences.isUp, silenced: silences.silenced },
    watchdog_received_at: watchdog,
    ledger_records: ledgerRecords,
    last_ended: lastEnded,
    judged: answered(judged, judgementJson),
    histories: answered(histories, historiesJson),
  };
  return JSON.stringify(document, (_key, value: unknown) => (value === undefined ? null : value));
}

function answered<T>(answer: Answer<T>, write: (value: T) => object): object {
  return answer.state === 'unknown' ? answer : { ...answer, value: write(answer.value) };
}

function judgementJson({ groups, firing, phases, knownRules }: Judgement): object {
  return { groups: groups.map(groupJson), firing, phases, known_rules: knownRules };
}

function groupJson({ isAfterRollback, checks, ...group }: CheckGroup): object {
  return { ...group, after_rollback: isAfterRollback, checks: checks.map(checkJson) };
}

/** A check that states no value has a quantity too; its values may be of two. */
function checkJson({ values, ...check }: RunbookCheck): object {
  const { alertname } = check;
  return {
    ...check,
    quantity: alertQuantity(alertname),
    values: values.map((value) => ({ ...value, quantity: alertQuantity(alertname, value.query) })),
  };
}

/** The names of histories are told apart by a list: deployment, alert and severity are parts of them. */
function historiesJson(histories: Histories): object {
  return Object.entries(histories).map(([key, history]) => {
    const [deployment = '', alertname = '', severity = ''] = key.split(' ');
    return { deployment, alertname, severity, ...historyJson(history) };
  });
}

function historyJson({ gapSeconds, ...history }: History): object {
  return { ...history, gap_seconds: gapSeconds };
}
