import { formatDuration } from '../../platform/duration.js';
import type { Markup } from '../charts/markup.js';
import { describeKillSwitch } from '../kill-switch.js';
import type { Tone } from './headline.js';
import { html } from './html.js';
import { chip, factList, section, spellTimes, time, type PageFact } from './parts.js';
import type { StatusView } from './status-view.js';

/** Redline itself: whether it acts, hears, and was tried out. */
export function redlineSection(view: StatusView): Markup {
  const { mode, killSwitch, ledgerRecords, at } = view;
  const facts: PageFact[] = [
    {
      label: 'Mode',
      value: modeText(mode, killSwitch.on),
    },
    {
      label: 'Kill switch',
      value: killSwitch.on
        ? html`${chip('on', 'bad')} ${killSwitchText(killSwitch)}`
        : html`${chip('off', 'good')} <span class="note">${killSwitchText(killSwitch)}</span>`,
    },
    { label: 'Silences', value: silences(view) },
    { label: 'In charge', value: charge(view) },
    {
      label: 'Prometheus',
      value:
        view.judged.state === 'known'
          ? html`${chip('answers', 'good')} ${view.judged.value.knownRules} alerting rules`
          : html`${chip('does not answer', 'bad')} ${view.judged.reason}`,
    },
    { label: 'Watchdog alert', value: watchdog(view) },
    { label: 'Last drill', value: drill(view) },
    { label: 'Records in the ledger', value: html`${ledgerRecords}` },
    { label: 'This page', value: html`as of ${time(at)}` },
  ];
  return section('redline', 'Redline itself', factList(facts));
}

function modeText(mode: StatusView['mode'], isSwitchedOff: boolean): Markup {
  if (mode !== 'auto') return html`${chip('shadow', 'warn')} violations are recorded, nothing is rolled back`;
  return isSwitchedOff
    ? html`${chip('auto', 'warn')} but the kill switch is on: no violation is rolled back`
    : html`${chip('auto', 'good')} violations are rolled back`;
}

/** What the chip before it does not say. */
function killSwitchText(killSwitch: StatusView['killSwitch']): string {
  return spellTimes(describeKillSwitch(killSwitch).replace(/^(?:off:?|KILL SWITCH ON) /, ''));
}

function silences({ silences: { isUp, silenced } }: StatusView): Markup {
  if (isUp === null) return html`${chip('not asked yet', 'quiet')}`;
  if (!isUp || silenced === null) return html`${chip('unknown', 'warn')} Alertmanager does not answer`;
  if (silenced === 0) return html`${chip('none', 'good')} over alerts that roll back`;
  return html`${chip(`${silenced} silenced`, 'warn')} alerts that roll back: nobody is told of them, and they
  roll back all the same`;
}

function charge({ standing, refusal }: StatusView): Markup {
  if (refusal !== null) return html`${chip(standing.standing, 'warn')} ${refusal}`;
  if (standing.standing === 'single') return html`${chip('yes', 'good')} the only receiver`;
  return html`${chip(standing.standing, standing.standing === 'holder' ? 'good' : 'warn')} of a pair`;
}

function watchdog({ watchdog: last, at }: StatusView): Markup {
  return last === null
    ? html`${chip('not seen', 'quiet')} since this start`
    : html`${chip('arrives', 'good')} ${formatDuration(Math.max(0, at - last))} ago`;
}

const drillTones: Readonly<Record<string, Tone>> = { succeeded: 'good', failed: 'bad', not_run: 'warn' };

function drill({ drill: newest }: StatusView): Markup {
  if (newest === null) return html`${chip('none yet', 'quiet')} redline drill`;
  const { result, started_at: start, note } = newest;
  const text = (result ?? 'under way').replace('_', ' ');
  return html`${chip(text, drillTones[result ?? ''] ?? 'quiet')} ${time(start)} ${note}`;
}
