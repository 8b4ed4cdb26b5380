import { formatDuration } from '../../platform/duration.js';
import { formatMoney } from '../money.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import type { Paint } from '../paint.js';
import { observedText } from '../scoreboard.js';
import { printable } from '../text.js';
import { severityMood } from './alert-section.js';
import { cell, type Cell, type Mood } from './document.js';
import { agoText } from './health-section.js';
import { painted } from './render-text.js';
import type { WatchedAlert, WatchReading } from './watch.js';

/** A line of the screen: pieces, each in its mood. */
export type Line = readonly Cell[];

/** Alerts and pairs that are listed; a terminal is not endless. */
const mostAlerts = 12;
const mostSymbols = 20;
const mostCandles = 10;
const labelWidth = 14;

/** What matters now, what is bad first. Words of alerts decide what is red; no number does. */
export function watchLines(reading: WatchReading): Line[] {
  return [
    [cell('Redline watch  ', 'plain'), cell(formatTime(reading.at), 'dim')],
    [],
    ...observedLines(reading),
    ...alertLines(reading),
    [],
    ...healthLines(reading),
    ...moneyLines(reading),
    [],
    ...symbolLines(reading),
    [],
    ...candleLines(reading),
    ...reading.unanswered.map((reason) => [cell(`Not answered: ${reason}`, 'warn')]),
  ];
}

/** The screen for when there is nobody to ask. @param reason as Prometheus' client says it */
export function unansweredLines(reason: string, now: number): Line[] {
  return [
    [cell('Redline watch  '), cell(formatTime(now), 'dim')],
    [],
    [cell('NOTHING IS KNOWN: ', 'bad'), cell(reason)],
    [cell('It is asked again until it answers.', 'dim')],
  ];
}

function labelled(label: string, ...cells: readonly Cell[]): Line {
  return [cell(label.padEnd(labelWidth), 'dim'), ...cells];
}

function observedLines({ observed, at }: WatchReading): Line[] {
  if (observed.state === 'unknown')
    return [labelled('Observed', cell('unknown: the receiver is not scraped', 'warn'))];
  if (observed.deployments.length === 0) return [labelled('Observed', cell('no deployment'))];
  return observed.deployments.map((deployment) => labelled('Observed', cell(observedText(deployment, at))));
}

function alertLines({ firing, knownRules }: WatchReading): Line[] {
  if (knownRules === 0)
    return [labelled('Alerts', cell('unknown: Prometheus knows no rule, nothing is judged', 'warn'))];
  if (firing.length === 0) return [labelled('Alerts', cell('none fires', 'good'))];
  return [
    ...firing
      .slice(0, mostAlerts)
      .map(({ alertname, severity, text }, index) =>
        labelled(
          index === 0 ? 'Alerts' : '',
          cell(`${severity.toUpperCase().padEnd(8)} ${alertname}`, severityMood(severity)),
          cell(`  ${text}`, 'dim'),
        ),
      ),
    ...(firing.length > mostAlerts ? [labelled('', cell(`${firing.length - mostAlerts} more`, 'dim'))] : []),
  ];
}

/** The mood of what alerts of these names are about: that of the gravest which fires. */
function moodOf(firing: readonly WatchedAlert[], prefixes: readonly string[], labels: object = {}): Mood {
  const own = firing.find(
    ({ alertname, labels: found }) =>
      prefixes.some((prefix) => alertname.startsWith(prefix)) &&
      Object.entries(labels).every(([name, value]) => found[name] === undefined || found[name] === value),
  );
  return own === undefined ? 'plain' : severityMood(own.severity);
}

function healthLines({ health, firing }: WatchReading): Line[] {
  const { engine, errorRate, database } = health;
  const state = database.isUp === undefined ? unknownText : database.isUp ? 'readable' : 'NOT READABLE';
  const intact = database.isIntact === undefined ? '' : database.isIntact ? ', intact' : ', DAMAGED';
  return [
    labelled(
      'System',
      cell(
        `engine up ${formatValue(engine.share, 'share')} of 24h`,
        moodOf(firing, ['Uptime', 'SystemCrashed']),
      ),
      cell(`   errors ${formatValue(errorRate, 'share')} of 24h`, moodOf(firing, ['ErrorRate'])),
    ),
    labelled(
      'Database',
      cell(`${state}${intact}`, database.isUp === undefined ? 'warn' : moodOf(firing, ['Database'])),
      cell(
        `   read ${agoText(database.readAgeSeconds)}   backup ${agoText(database.backupAgeSeconds)}`,
        'dim',
      ),
    ),
  ];
}

function moneyLines({ portfolio, drawdown, todayPnl, trading, retraining, firing }: WatchReading): Line[] {
  const { overall, window } = trading;
  return [
    labelled(
      'Money',
      cell(`portfolio ${formatMoney(portfolio)}`),
      cell(`   drawdown ${formatValue(drawdown, 'share')}`, moodOf(firing, ['PortfolioDrawdown'])),
      cell(`   today ${formatMoney(todayPnl)}`, moodOf(firing, ['DailyLoss', 'ConsecutiveRedDays'])),
    ),
    labelled(
      'Win rate',
      cell(formatValue(overall.winShare, 'share'), moodOf(firing.filter(isOverall), ['WinRate'])),
      cell(` of ${formatValue(overall.trades, 'count')} trades, ${window.name}`, 'dim'),
    ),
    labelled(
      'Retraining',
      cell(
        `${formatValue(retraining.count, 'count')} in ${retraining.window.name}`,
        moodOf(firing, ['Retraining']),
      ),
      cell(`, ${formatValue(retraining.succeeded, 'count')} succeeded`, 'dim'),
    ),
  ];
}

function isOverall({ labels }: WatchedAlert): boolean {
  return labels.symbol === undefined;
}

/** A symbol and interval a line: win rate, confidence, mode. */
function symbolLines({ trading, confidence, modes, firing }: WatchReading): Line[] {
  const pairs = [
    ...confidence.pairs,
    ...modes.filter((mode) => !confidence.pairs.some((pair) => isSame(pair, mode))),
  ];
  if (pairs.length === 0) return [labelled('Symbols', cell('no confidence and no mode is known', 'warn'))];
  const names = pairs.map(({ symbol, interval }) => printable(`${symbol} ${interval}`));
  const width = Math.max(6, ...names.map((name) => name.length));
  return [
    [cell(`${'Symbol'.padEnd(width)}  ${'win 7d'.padStart(8)}  ${'conf 24h'.padStart(8)}  mode`, 'dim')],
    ...pairs.slice(0, mostSymbols).map((pair, index): Line => {
      const { symbol, interval } = pair;
      const share = trading.symbols.find((result) => result.symbol === symbol)?.winShare;
      const mean = confidence.pairs.find((found) => isSame(found, pair))?.mean;
      const mode = modes.find((found) => isSame(found, pair));
      return [
        cell(`${(names[index] ?? '').padEnd(width)}  `),
        cell(
          formatValue(share, 'share').padStart(8),
          moodOf(firing.filter(isOfSymbol), ['WinRate'], { symbol }),
        ),
        cell(
          `  ${formatValue(mean, 'share').padStart(8)}`,
          moodOf(firing, ['Confidence'], { symbol, interval }),
        ),
        cell(`  ${mode?.mode ?? unknownText}`, moodOf(firing, ['ModeOscillating'], { symbol, interval })),
        cell(mode?.forSeconds === undefined ? '' : ` for ${formatDuration(mode.forSeconds)}`, 'dim'),
      ];
    }),
    ...(pairs.length > mostSymbols ? [[cell(`${pairs.length - mostSymbols} more`, 'dim')]] : []),
  ];
}

function isOfSymbol(alert: WatchedAlert): boolean {
  return !isOverall(alert);
}

interface OfPair {
  readonly symbol: string;
  readonly interval: string;
}

function isSame(a: OfPair, b: OfPair): boolean {
  return a.symbol === b.symbol && a.interval === b.interval;
}

/** The candles that were updated longest ago, by their interval. */
function candleLines({ health: { candles }, firing }: WatchReading): Line[] {
  if (candles.length === 0) return [labelled('Candles', cell('none is known', 'warn'))];
  const shown = candles
    .slice(0, mostCandles)
    .map(({ symbol, interval, ageSeconds }, index) =>
      labelled(
        index === 0 ? 'Candles' : '',
        cell(
          `${symbol} ${interval} opened ${agoText(ageSeconds)}`,
          moodOf(firing, ['CandlesStale', 'CandleGaps', 'AllCandlesStale'], { symbol, interval }),
        ),
      ),
    );
  const more = candles.length - mostCandles;
  return [...shown, ...(more > 0 ? [labelled('', cell(`${more} more, all fresher`, 'dim'))] : [])];
}

/** Lines as text, plain or painted; none is longer than a terminal's line, and there are no more than it has. */
export function renderLines(
  lines: readonly Line[],
  paint: Paint,
  size: { readonly columns: number; readonly rows: number } = { columns: Infinity, rows: Infinity },
): string {
  const shown =
    lines.length <= size.rows
      ? lines
      : [...lines.slice(0, Math.max(0, size.rows - 1)), [cell('... the rest does not fit', 'dim')]];
  return shown.map((line) => renderLine(line, paint, size.columns)).join('\n');
}

function renderLine(line: Line, paint: Paint, columns: number): string {
  let room = columns;
  return line
    .map(({ text, mood }) => {
      const fitting = printable(text).slice(0, room);
      room -= fitting.length;
      return fitting === '' ? '' : painted({ text: fitting, mood }, paint);
    })
    .join('')
    .trimEnd();
}
