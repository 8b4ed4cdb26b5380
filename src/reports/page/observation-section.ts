import type { Deployment } from '../../deployments/deployment.js';
import { formatDuration } from '../../platform/duration.js';
import { phaseTitle } from '../calibration-status.js';
import type { Markup } from '../charts/markup.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import { countersText } from '../go-live-status.js';
import { valueOfAnswer } from './answer.js';
import type { Guard, GuardState } from './guard.js';
import { deploymentName, type Tone } from './headline.js';
import { html } from './html.js';
import { chip, factList, section, time, type PageFact } from './parts.js';
import type { StatusView } from './status-view.js';

const tones: Readonly<Record<GuardState, Tone>> = {
  armed: 'good',
  'rolling back': 'bad',
  latched: 'quiet',
  shadow: 'warn',
  'switched off': 'bad',
  standby: 'warn',
  over: 'quiet',
  'without a plan': 'bad',
};

/** What is under observation; where that is nothing, what was so last. */
export function observationSection(view: StatusView): Markup {
  const { open, lastEnded, prepared } = view;
  const notes = prepared.map(
    ({ kind, baseline }) =>
      html`<p class="note">
        Prepared, not started: ${kind}, with the baseline of ${time(baseline.captured_at)}.
      </p>`,
  );
  if (open.length > 0)
    return section('observation', 'Under observation', ...open.map((one) => openCard(one, view)), ...notes);
  return section(
    'observation',
    'Under observation',
    html`<p>Nothing is under observation.</p>`,
    ...(lastEnded === null ? [] : [endedCard(lastEnded, view)]),
    ...notes,
  );
}

function openCard(deployment: Deployment, view: StatusView): Markup {
  const { weight, operator, started_at: start, activated_at: activated, kind, accepted } = deployment;
  const facts: PageFact[] = [
    { label: 'Phase', value: html`${phaseOf(deployment, view)}` },
    { label: 'Time left', value: timeLeft(deployment, view.at) },
    { label: 'Since', value: html`${time(start)}<br /><span class="note">${ago(view.at - start)}</span>` },
    ...(weight === null
      ? []
      : [{ label: 'Share of decisions', value: html`${formatValue(weight, 'share')}` }]),
    ...(operator === '' ? [] : [{ label: 'Operator', value: html`${operator}` }]),
    ...(kind === 'canary' && activated !== null
      ? [{ label: 'Engine restarted', value: time(activated) }]
      : []),
    ...(kind === 'go-live'
      ? [{ label: 'Counters at the start', value: html`${countersText(deployment)}` }]
      : []),
    ...accepted.map((name) => ({
      label: 'Accepted',
      value: html`${name} <span class="note">starts nothing until it has been false once</span>`,
    })),
    { label: 'Id', value: html`<code>${deployment.id}</code>`, isWide: true },
  ];
  return html`<article class="card">
    <h3>${deploymentName(deployment)} ${guardChip(deployment, view.guards)} ${silencedChip(view)}</h3>
    ${guardText(deployment, view.guards)}${progress(deployment, view.at)}${factList(facts)}
  </article>`;
}

function endedCard(deployment: Deployment, { guards }: StatusView): Markup {
  const { outcome, completion, started_at: start, ends_at: end } = deployment;
  const isRollingBack = guardFor(deployment, guards)?.state === 'rolling back';
  const facts: PageFact[] = [
    {
      label: 'Outcome',
      value: html`${isRollingBack ? 'being rolled back' : (outcome ?? unknownText).replace('_', ' ')}${completion === null ? '' : `, ${completion.replace('_', ' ')}`}`,
    },
    { label: 'From', value: time(start) },
    ...(end === null ? [] : [{ label: 'To', value: time(end) }]),
    { label: 'Id', value: html`<code>${deployment.id}</code>`, isWide: true },
  ];
  return html`<article class="card">
    <h3>Last: ${deploymentName(deployment)} ${guardChip(deployment, guards)}</h3>
    ${guardText(deployment, guards)}${factList(facts)}
  </article>`;
}

function guardFor({ id }: Deployment, guards: readonly Guard[]): Guard | undefined {
  return guards.find(({ deployment }) => deployment === id);
}

function guardChip(deployment: Deployment, guards: readonly Guard[]): Markup {
  const guard = guardFor(deployment, guards);
  return guard === undefined ? html`` : chip(guard.state, tones[guard.state]);
}

/** Rollbacks go on under a silence, but nobody is told of them. */
function silencedChip({ silences: { silenced } }: StatusView): Markup {
  return silenced === null || silenced === 0 ? html`` : chip('silenced: people are not told', 'warn');
}

function guardText(deployment: Deployment, guards: readonly Guard[]): Markup {
  const guard = guardFor(deployment, guards);
  return guard === undefined ? html`` : html`<p class="note">${guard.text}</p>`;
}

/** The phase of an observation, as its runbook calls it. */
export function phaseOf(deployment: Deployment, { at, judged }: Pick<StatusView, 'at' | 'judged'>): string {
  const { kind, started_at: start, activated_at: activated, settle_seconds: settle } = deployment;
  if (kind === 'production') return 'in production, all the time';
  if (kind === 'canary' && activated === null) return 'activation: the engine is not yet restarted with it';
  const since = at - (activated ?? start);
  const settling = since < settle ? `settling, ${formatDuration(Math.ceil(settle - since))} more` : undefined;
  if (kind !== 'calibration') return settling ?? 'observation';
  const phases = valueOfAnswer(judged)?.phases ?? [];
  return phases.length === 0 ? (settling ?? unknownText) : phases.map(phaseTitle).join(' and ');
}

function timeLeft({ ends_at: end }: Deployment, now: number): Markup {
  if (end === null) return html`no limit`;
  if (end <= now) return html`none, it ends now`;
  return html`<strong>${formatDuration(end - now)}</strong>
    <span class="note">until ${formatTime(end).slice(11, 16)} UTC</span>`;
}

function ago(seconds: number): string {
  return `${formatDuration(Math.max(0, seconds))} ago`;
}

function progress({ started_at: start, ends_at: end }: Deployment, now: number): Markup {
  if (end === null) return html``;
  const passed = Math.round(Math.min(1, Math.max(0, (now - start) / Math.max(1, end - start))) * 100);
  return html`<progress max="100" value="${passed}" aria-label="Part of the observation that has passed">
    ${passed}%
  </progress>`;
}
