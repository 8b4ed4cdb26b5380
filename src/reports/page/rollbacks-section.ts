import type { CheckResult, MethodRun, Rollback } from '../../deployments/rollback.js';
import { formatDuration } from '../../platform/duration.js';
import type { Markup } from '../charts/markup.js';
import type { Tone } from './headline.js';
import { html, lines } from './html.js';
import { alertLink, chip, factList, section, time, type PageFact } from './parts.js';
import type { ShownRollback, StatusView } from './status-view.js';

/** Rollbacks that are shown whole, and those behind a fold. */
const mostOpen = 3;
const mostFolded = 17;
/** Characters of a method's output and pieces of evidence that are shown; all of it stands in the ledger. */
const longestOutput = 8000;
const mostEvidence = 10;

/** What was rolled back: why, by which methods, with what output, and how it was verified. */
export function rollbacksSection({ rollbacks }: StatusView): Markup {
  if (rollbacks.length === 0) return section('rollbacks', 'Rollbacks', html`<p>There was none.</p>`);
  const folded = rollbacks.slice(mostOpen, mostOpen + mostFolded);
  const left = rollbacks.length - mostOpen - folded.length;
  return section(
    'rollbacks',
    'Rollbacks',
    ...rollbacks.slice(0, mostOpen).map(card),
    ...(folded.length === 0
      ? []
      : [
          html`<details id="rollbacks-older">
            <summary>${folded.length} older</summary>
            ${folded.map(card)}${left > 0 ? html`<p class="note">and ${left} more: redline audit</p>` : ''}
          </details>`,
        ]),
  );
}

interface Outcome {
  readonly text: string;
  readonly tone: Tone;
}

function outcomeOf({ result }: Pick<Rollback, 'result'>): Outcome {
  switch (result) {
    case 'succeeded':
      return { text: 'succeeded, verified', tone: 'good' };
    case 'failed':
      return { text: 'FAILED', tone: 'bad' };
    case 'shadow':
      return { text: 'shadow: nothing was run', tone: 'warn' };
    case null:
      return { text: 'running', tone: 'bad' };
  }
}

function card(rollback: ShownRollback): Markup {
  const {
    id,
    plan,
    deployment,
    trigger,
    started_at: start,
    ended_at: end,
    note,
    methods,
    incident,
  } = rollback;
  const { text, tone } = outcomeOf(rollback);
  const facts: PageFact[] = [
    { label: 'Started', value: time(start) },
    { label: 'Took', value: html`${end === null ? 'not over' : formatDuration(end - start)}` },
    { label: 'Deployment', value: html`<code>${deployment}</code>`, isWide: true },
    { label: 'Noticed by', value: html`${trigger.source}` },
    ...(trigger.operator === '' ? [] : [{ label: 'Operator', value: html`${trigger.operator}` }]),
    ...(note === '' ? [] : [{ label: 'Note', value: html`${note}` }]),
    ...(incident === null
      ? []
      : [
          {
            label: 'Incident file',
            value: html`<a href="/incidents/${encodeURIComponent(id)}"><code>${incident}</code></a>`,
            isWide: true,
          },
        ]),
  ];
  return html`<article class="card ${tone}" id="${id}">
    <h3>${plan} ${chip(text, tone)}</h3>
    <p class="why">${why(rollback)}</p>
    ${factList(facts)}${
      methods.length === 0
        ? ''
        : html`<ol class="methods">
            ${methods.map((method) => methodItem(id, method))}
          </ol>`
    }${evidence(rollback)}
  </article>`;
}

function why({ trigger }: Rollback): Markup {
  return trigger.alertname === null
    ? html`By hand: ${trigger.reason}`
    : html`${alertLink(trigger.alertname)}: ${trigger.reason}`;
}

function methodItem(rollback: string, method: MethodRun): Markup {
  const { name, argv, output, output_truncated: isCut, verification } = method;
  const shown = output.slice(-longestOutput);
  const cut = isCut || shown.length < output.length ? ' (shortened)' : '';
  return html`<li>
    <strong>Method ${name}</strong> ${chip(endOf(method), toneOf(method))}
    <div class="command"><code>${argv.join(' ')}</code></div>
    ${
      verification.length === 0
        ? ''
        : html`<ul class="boxes">
            ${verification.map(verified)}
          </ul>`
    }${
      output.trim() === ''
        ? ''
        : html`<details id="${rollback}-${name}-output">
            <summary>Output${cut}</summary>
            <pre tabindex="0" role="region" aria-label="Output of ${name}">${lines(shown)}</pre>
          </details>`
    }
  </li>`;
}

function verified({ check, ok, detail }: CheckResult): Markup {
  return html`<li class="${ok ? 'ticked' : 'open'}">
    <span class="mark" role="img" aria-label="${ok ? 'verified' : 'not true'}"
      >${ok ? '\u2713' : '\u2717'}</span
    ><span>${check} <span class="note">${detail}</span></span>
  </li>`;
}

function endOf({
  started_at: start,
  ended_at: end,
  exit_code: code,
  signal,
  timed_out,
  error,
}: MethodRun): string {
  if (end === null) return 'running';
  const took = `after ${formatDuration(end - start)}`;
  if (error !== '') return `not started: ${error}`;
  if (timed_out) return `out of time, ${took}`;
  return signal === null ? `exit ${code ?? 'unknown'}, ${took}` : `ended by ${signal}, ${took}`;
}

function toneOf({ ended_at: end, exit_code: code, verification }: MethodRun): Tone {
  if (end === null) return 'warn';
  return code === 0 && verification.every(({ ok }) => ok) ? 'good' : 'bad';
}

function evidence({ id, evidence: all }: ShownRollback): Markup {
  if (all.length === 0) return html``;
  const left = all.length - mostEvidence;
  return html`<details id="${id}-evidence">
    <summary>
      ${all.length} further ${all.length === 1 ? 'violation' : 'violations'} of the same deployment
    </summary>
    <ul>
      ${all
        .slice(0, mostEvidence)
        .map(
          ({ alertname, description, first_seen: at }) =>
            html`<li>${time(at)} ${alertLink(alertname)}: ${description}</li>`,
        )}
    </ul>
    ${left > 0 ? html`<p class="note">and ${left} more</p>` : ''}
  </details>`;
}
