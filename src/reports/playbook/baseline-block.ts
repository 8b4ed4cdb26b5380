import { formatMoney } from '../money.js';
import { formatValue, unknownText } from '../numbers.js';
import { printable } from '../text.js';
import { overallName } from './baseline-file.js';
import { beginsLate } from './coverage.js';
import { dayStatistics } from './finance.js';
import { sharpeText } from './finance-section.js';
import type { ModeReading } from './learning.js';
import { utcDay } from './period.js';
import type { PlaybookReport } from './report.js';

const modes = ['TRADING', 'LEARNING'] as const;

/** The block that says what is normal, to be written down and to be compared with later. */
export function baselineBlock(report: PlaybookReport): string {
  const { period, trading, learning, finance } = report;
  const { retraining, confidence } = learning;
  const statistics = dayStatistics(finance.completeDays);
  const heading = `System Baseline (${utcDay(period.start)} to ${utcDay(period.end)})`;
  const minutes = retraining.meanDurationSeconds;
  return `${[
    heading,
    '='.repeat(heading.length),
    ...caveats(report),
    '',
    'Win Rate:',
    ...trading.symbols.map(
      ({ symbol, winShare }) => `  ${printable(symbol)}: ${formatValue(winShare, 'share')}`,
    ),
    `  ${overallName}: ${formatValue(trading.overall.winShare, 'share')}`,
    '',
    'Confidence:',
    `  Average: ${formatValue(confidence.overall, 'share')}`,
    ...modes.map(
      (mode) => `  ${mode} mode avg: ${formatValue(modeOf(learning.modes, mode)?.confidence, 'share')}`,
    ),
    '',
    'Retraining:',
    `  Frequency: ${retraining.perDayAndSymbol === undefined ? unknownText : `${retraining.perDayAndSymbol.toFixed(1)} per day per symbol`}`,
    `  Success rate: ${formatValue(retraining.successShare, 'share')}`,
    `  Avg duration: ${minutes === undefined ? unknownText : `${(minutes / 60).toFixed(1)} minutes`}`,
    '',
    'Mode Distribution:',
    ...modes.map((mode) => `  ${mode}: ${formatValue(modeOf(learning.modes, mode)?.share, 'share')}`),
    `  Transitions: ${transitionsText(learning.modes)}`,
    '',
    'P&L:',
    `  Daily average: ${formatMoney(statistics.mean)}`,
    `  Best day: ${formatMoney(statistics.best?.pnl)}`,
    `  Worst day: ${formatMoney(statistics.worst?.pnl)}`,
    `  Sharpe ratio: ${sharpeText(statistics)}`,
    '',
    ...windowsText(report),
  ].join('\n')}\n`;
}

function modeOf({ modes: all }: ModeReading, wanted: string): ModeReading['modes'][number] | undefined {
  return all.find(({ mode }) => mode === wanted);
}

function transitionsText({ transitions, transitionsWindow }: ModeReading): string {
  if (transitions === undefined) return unknownText;
  return `${Number(((transitions / transitionsWindow.days) * 7).toFixed(1))} per week`;
}

function caveats({ coverage, period }: PlaybookReport): string[] {
  if (!beginsLate(coverage, period)) return [];
  const since = coverage.knownFrom === undefined ? unknownText : utcDay(coverage.knownFrom);
  return [`(Prometheus has readings since ${since} only: do not take this for normal yet.)`];
}

function windowsText({ trading, learning, finance }: PlaybookReport): string[] {
  const { retraining, confidence, modes: mode } = learning;
  const { days } = dayStatistics(finance.completeDays);
  return [
    `Windows: trades ${trading.window.name}, confidence ${confidence.window.name}, retraining ${retraining.window.name}` +
      ` (durations ${retraining.detailWindow.name}), modes ${mode.window.name}, P&L ${days} complete UTC days.`,
    'Sharpe ratio: mean / sample deviation of the daily results, times sqrt(365).',
  ];
}
