import type { Markup } from '../charts/markup.js';
import { allowedText, formatAlertValue } from '../alert-units.js';
import type { RunbookCheck } from '../runbook-checks.js';
import { valueOfAnswer } from './answer.js';
import { shownQuantities } from './check-values.js';
import { deploymentName, type Tone } from './headline.js';
import { historyKey, type Histories, type History } from './history.js';
import { html } from './html.js';
import type { CheckGroup } from './judgement.js';
import { alertLink, chip, firingChip, section, severityTone, spellTimes } from './parts.js';
import { sparkline } from './sparkline.js';
import type { StatusView } from './status-view.js';

const tones: Readonly<Record<Exclude<RunbookCheck['state'], 'firing'>, Tone>> = {
  pending: 'warn',
  unknown: 'warn',
  ok: 'good',
  'not judged': 'quiet',
};

const names: Readonly<Record<CheckGroup['runbook'], string>> = {
  'qsc-canary': 'Checks of the canary runbook',
  'post-calibration': 'Checks of the calibration runbook',
  'go-live': 'Checks of the go-live runbook',
  playbook: 'Checks of the monitoring playbook',
};

/** Each check of the runbooks of what is under observation. */
export function checksSections({ judged, histories, open, at }: StatusView): Markup[] {
  if (judged.state === 'unknown') {
    if (open.length === 0) return [];
    return [
      section(
        'checks',
        'Checks',
        html`<p class="banner bad">No check can be judged: ${judged.reason}. Unknown is not well.</p>`,
      ),
    ];
  }
  const age = Math.max(0, Math.round(at - judged.at));
  return judged.value.groups.map((group, index) =>
    groupSection(group, index, valueOfAnswer(histories) ?? {}, open, age),
  );
}

function groupSection(
  group: CheckGroup,
  index: number,
  histories: Histories,
  open: StatusView['open'],
  age: number,
): Markup {
  const judgedNow = group.checks.filter(({ state }) => state !== 'not judged');
  const idle = group.checks.filter(({ state }) => state === 'not judged');
  const deployment = open.find(({ id }) => id === group.deployment);
  const id = `checks-${index + 1}`;
  return section(
    id,
    names[group.runbook] ?? `Checks: ${group.runbook}`,
    html`<p class="note">
      ${[
        group.isAfterRollback
          ? 'Watched after its rollback: these tell people and start nothing.'
          : deployment === undefined
            ? ''
            : `Of ${deploymentName(deployment)}.`,
        countText(judgedNow),
        `As of ${age} s ago.`,
      ]
        .filter((text) => text !== '')
        .join(' ')}
    </p>`,
    judgedNow.length === 0
      ? html`<p>None is judged now.</p>`
      : checkTable(`${id}-table`, group, judgedNow, histories),
    ...(idle.length === 0
      ? []
      : [
          html`<details id="${id}-idle">
            <summary>${idle.length} not judged now</summary>
            ${checkTable(`${id}-idle-table`, group, idle, histories)}
          </details>`,
        ]),
  );
}

function countText(checks: readonly RunbookCheck[]): string {
  const count = (state: RunbookCheck['state']): number => checks.filter((one) => one.state === state).length;
  const states = ['firing', 'pending', 'unknown', 'ok'] as const;
  return `${states
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`)
    .join(', ')}.`;
}

// On a phone a row becomes a block, which takes a table's meaning away from a screen reader: the roles give it back.
function checkTable(
  id: string,
  group: CheckGroup,
  checks: readonly RunbookCheck[],
  histories: Histories,
): Markup {
  return html`<table class="checks" id="${id}" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">State</th>
        <th role="columnheader" scope="col">Check</th>
        <th role="columnheader" scope="col">Value</th>
        <th role="columnheader" scope="col">Allowed</th>
        <th role="columnheader" scope="col">History</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${checks.flatMap((check) => rows(check, histories[historyKey(group.deployment, check)]))}
    </tbody>
  </table>`;
}

// A second quantity has a row of its own: its words stay beside its value, however both are wrapped.
function rows(check: RunbookCheck, history: History | undefined): Markup[] {
  const { state, severity, note } = check;
  const [tone, word] =
    state === 'firing'
      ? [severityTone(severity), firingChip(state, severity)]
      : [tones[state], chip(state, tones[state])];
  return shownQuantities(check).map(({ quantity, values }, index) => {
    const isFirst = index === 0;
    return html`<tr role="row" class="${tone}${isFirst ? '' : ' another'}">
      <td role="cell" class="state">${isFirst ? word : ''}</td>
      <th role="rowheader" scope="row">${isFirst ? checkName(check) : ''} ${quantityNote(quantity)}</th>
      <td role="cell" class="value" data-label="Value">
        ${values.map(({ value }) => html`<span>${spellTimes(value)}</span>`)}${isFirst ? checkNote(note) : ''}
      </td>
      <td role="cell" class="allowed" data-label="Allowed">
        ${values.map(({ allowed }) => html`<span>${spellTimes(allowed)}</span>`)}
      </td>
      <td role="cell" class="history" data-label="History">
        ${isFirst && history !== undefined ? drawn(check, history) : ''}
      </td>
    </tr>`;
  });
}

// Read aloud, the hidden colon keeps what is measured from running on from what a violation does.
function checkName(check: RunbookCheck): Markup {
  return html`${alertLink(check.alertname)} ${rollsBack(check)}<span class="hidden">:</span>`;
}

function quantityNote(quantity: string | undefined): Markup | undefined {
  return quantity === undefined ? undefined : html`<span class="note quantity">${quantity}</span>`;
}

function checkNote(note: string): Markup | undefined {
  return note === '' ? undefined : html`<span class="note">${note}</span>`;
}

/** What an alert does that starts no rollback. */
const effects: Readonly<Record<string, string>> = { critical: 'pages', warning: 'warns' };

function rollsBack({ rollback, severity }: RunbookCheck): Markup {
  if (rollback !== '') return html`<span class="note">rolls back</span>`;
  return html`<span class="note">${effects[severity] ?? 'tells'}</span>`;
}

function drawn(check: RunbookCheck, history: History): Markup {
  const [first] = check.values;
  const limits = (first?.limits ?? []).filter((limit) => limit !== undefined);
  const values = history.curves.flatMap((curve) => curve.map(([, value]) => value));
  const text = (value: number): string => formatAlertValue(check.alertname, value, limits[0]);
  const minutes = Math.round((history.end - history.start) / 60);
  const allowed = first === undefined ? '' : allowedText(check.alertname, first);
  const description = `Last ${minutes} minutes: ${text(Math.min(...values))} to ${text(Math.max(...values))}${allowed === '' ? '' : `, allowed ${allowed}`}`;
  return sparkline(history, { description, limits });
}
