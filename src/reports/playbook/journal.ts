import { formatMoney } from '../money.js';
import { formatTime, formatValue } from '../numbers.js';
import { printable } from '../text.js';
import { aboutText } from './alert-section.js';
import { beginsLate } from './coverage.js';
import type { FiredAlert } from './fired-alerts.js';
import { utcDay } from './period.js';
import type { PlaybookReport } from './report.js';

/** From here on a report is of a week, hours. */
const week = 168;
/** Alerts that are named in a line. */
const mostNamed = 12;

/** The entry of the trading journal: of the day, or from a week on its summary. Ready to be pasted. */
export function journalEntry(report: PlaybookReport): string {
  const lines = report.period.hours >= week ? weekLines(report) : dayLines(report);
  return `${lines.map(([label, text]) => `${label}: ${printable(text)}`).join('\n')}\n`;
}

type Line = readonly [label: string, text: string];

function dayLines(report: PlaybookReport): Line[] {
  const { finance, trading, alerts, period } = report;
  const today = finance.days.at(-1);
  return [
    ['Date', utcDay(period.end)],
    ['Trades', formatValue(today?.trades, 'count')],
    ['Win Rate', `${formatValue(trading.overall.winShare, 'share')} (${trading.window.name})`],
    ['P&L', formatMoney(finance.todayPnl)],
    ['Alerts', alertText(report, alerts.episodes)],
    ['Notes', [...changes(report), ...learned(report), ...caveats(report)].join('; ')],
  ];
}

function weekLines(report: PlaybookReport): Line[] {
  const { trading, alerts, period } = report;
  const critical = alerts.episodes.filter(({ severity }) => severity === 'critical');
  return [
    ['Week', `${utcDay(period.start)} to ${utcDay(period.end)}`],
    ['Trades', formatValue(trading.overall.trades, 'count')],
    ['Win Rate', formatValue(trading.overall.winShare, 'share')],
    ['Weekly P&L', formatMoney(trading.overall.pnl)],
    [
      'Notable events',
      [alertText(report, critical, 'no critical alert'), ...rolledBack(report), ...caveats(report)].join(
        '; ',
      ),
    ],
    ['Changes made', [...deployed(report), ...learned(report)].join('; ')],
    ['Next week focus', focus(report)],
  ];
}

/** Alerts by name, each with what it was about; how often where it was more than once. */
function alertText(report: PlaybookReport, episodes: readonly FiredAlert[], none = 'none'): string {
  if (episodes.length === 0) return report.knownRules === 0 ? 'unknown, Prometheus knows no rule' : none;
  const counts = new Map<string, number>();
  for (const episode of episodes) {
    const about = aboutText(episode);
    const text = `${episode.alertname}${about === '' ? '' : ` ${about}`} (${episode.severity})`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const named = [...counts]
    .slice(0, mostNamed)
    .map(([text, count]) => (count === 1 ? text : `${text} ${count} times`));
  const more = counts.size - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function changes(report: PlaybookReport): string[] {
  return [...deployed(report), ...rolledBack(report)];
}

function deployed({ operations: { isKnown, deployments }, period }: PlaybookReport): string[] {
  if (!isKnown) return ['deployments unknown, the receiver said nothing'];
  return deployments
    .filter(({ started }) => started >= period.start)
    .map(({ kind, model, started }) => `${[kind, model].join(' ').trim()} deployed ${formatTime(started)}`);
}

function rolledBack({ operations: { rollbacks } }: PlaybookReport): string[] {
  return rollbacks.map(({ plan, started, result }) => `rollback ${plan} ${result} ${formatTime(started)}`);
}

function learned({ learning: { retraining } }: PlaybookReport): string[] {
  if (retraining.count === undefined) return ['retraining unknown'];
  return [
    `${retraining.count} retrainings, ${formatValue(retraining.succeeded, 'count')} succeeded (${retraining.window.name})`,
  ];
}

function caveats({ coverage, period }: PlaybookReport): string[] {
  return beginsLate(coverage, period) ? [`readings only since ${formatTime(coverage.knownFrom)}`] : [];
}

/** Where a box was not ticked, and whose models may want retraining. */
function focus({ candidates, checklists }: PlaybookReport): string {
  const open = checklists
    .flatMap(({ boxes }) => boxes)
    .filter(({ state }) => state === 'not ticked')
    .map(({ text, note }) => `${text} (${note})`);
  const symbols = candidates.map(({ symbol }) => symbol).join(', ');
  const all = [...(symbols === '' ? [] : [`retraining of ${symbols}`]), ...open];
  return all.length === 0 ? 'nothing stands out' : all.join('; ');
}
