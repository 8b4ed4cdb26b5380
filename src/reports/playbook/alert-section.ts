import { formatDuration } from '../../platform/duration.js';
import { formatAlertLimit, formatAlertValue } from '../alert-units.js';
import type { ChartMood, TimelineChart } from '../charts/chart.js';
import { formatTime, unknownText } from '../numbers.js';
import type { Coverage } from './coverage.js';
import { cell, section, table, type Cell, type Mood, type Section } from './document.js';
import { severityRank, type FiredAlert, type FiredAlerts } from './fired-alerts.js';
import type { Period } from './period.js';

/** Rows of the timeline. */
const mostRows = 24;

/** What fired, when, and with which values. */
export function alertSection(
  { episodes, resolutionSeconds, leftOut }: FiredAlerts,
  knownRules: number,
  period: Period,
  coverage: Coverage,
): Section {
  const notes = [
    ...(leftOut === 0 ? [] : [`${leftOut} more are not listed.`]),
    ...(episodes.length === 0
      ? []
      : [`Two firings less than ${formatDuration(resolutionSeconds)} apart are told as one.`]),
  ];
  const nothing =
    knownRules === 0 ? 'Unknown: Prometheus knows no alert. Are the rules loaded?' : 'No alert fired.';
  return section('Alerts', {
    lead: notes.map((note) => cell(note, 'dim')),
    charts: episodes.length === 0 ? [] : [alertTimeline(episodes, period, coverage)],
    tables: [
      table(
        'Alerts that fired',
        ['Severity', 'Alert', 'About', 'Start (UTC)', 'End (UTC)', '#Duration', 'Value', 'Limit'],
        episodes.map(episodeRow),
        nothing,
      ),
    ],
  });
}

/** The mood of a severity; it was decided by the rule. */
export function severityMood(severity: string): Mood {
  if (severity === 'critical') return 'bad';
  return severity === 'warning' ? 'warn' : 'plain';
}

function episodeRow(episode: FiredAlert): Cell[] {
  const { alertname, severity, start, end, firedBefore, isFiring } = episode;
  return [
    cell(severity === '' ? unknownText : severity, severityMood(severity)),
    cell(alertname),
    cell(aboutText(episode)),
    cell(`${firedBefore ? 'before ' : ''}${dayAndTime(start)}`),
    isFiring ? cell('fires still', 'bad') : cell(dayAndTime(end)),
    cell(`${firedBefore ? 'over ' : ''}${formatDuration(Math.max(0, end - start))}`),
    cell(valueText(episode)),
    cell(episode.limits.map((limit) => formatAlertLimit(alertname, limit)).join(' to ')),
  ];
}

/** `11-29 10:12:44`: the year stands above the report. */
function dayAndTime(time: number): string {
  return formatTime(time).slice(5, 19).replace('T', ' ');
}

/** What an alert is about: values of its own labels, such as `BTC/USDT 1h`. */
export function aboutText({ labels }: Pick<FiredAlert, 'labels'>): string {
  const { symbol, interval, ...others } = labels;
  const rest = Object.entries(others)
    .filter(([name]) => name !== 'job' && name !== 'instance')
    .map(([name, text]) => `${name} ${text}`);
  return [symbol, interval, ...rest].filter((text) => text !== undefined && text !== '').join(' ');
}

/** The judged value over an episode: one number, or from the lowest to the highest. */
export function valueText({ alertname, lowest, highest, limits }: FiredAlert): string {
  // A rule without a limit judges no value.
  if (lowest === undefined || highest === undefined) return limits.length === 0 ? '' : unknownText;
  const [low, high] = [lowest, highest].map((value) => formatAlertValue(alertname, value, limits[0]));
  return low === high ? (low ?? '') : `${low ?? ''} to ${high ?? ''}`;
}

/** When alerts fired in a period, a row for each alert and what it is about. */
export function alertTimeline(
  episodes: readonly FiredAlert[],
  { start, end }: Period,
  { gaps, knownFrom }: Coverage,
): TimelineChart {
  const rows = new Map<string, FiredAlert[]>();
  for (const episode of episodes) {
    const label = [episode.alertname, aboutText(episode)].join(' ').trim();
    rows.set(label, [...(rows.get(label) ?? []), episode]);
  }
  const shown = [...rows].slice(0, mostRows);
  return {
    kind: 'timeline',
    title: `When alerts fired${rows.size > mostRows ? `, the gravest ${mostRows} of ${rows.size}` : ''}`,
    description: shown.map(([label, own]) => `${label}: ${own.length} times`).join('; '),
    start,
    end,
    rows: shown.map(([label, own]) => ({
      label,
      mood: chartMood(own),
      spans: own.map((episode) => ({
        start: Math.max(start, episode.start),
        end: Math.min(end, episode.end),
      })),
    })),
    gaps: [...(knownFrom !== undefined && knownFrom > start ? [{ start, end: knownFrom }] : []), ...gaps],
  };
}

const chartMoods: readonly ChartMood[] = ['critical', 'warning', 'info'];

function chartMood(episodes: readonly FiredAlert[]): ChartMood {
  const rank = Math.min(...episodes.map(({ severity }) => severityRank(severity)));
  return chartMoods[rank] ?? 'info';
}
