import { formatDuration } from '../../platform/duration.js';
import type { DotChart } from '../charts/chart.js';
import { formatValue, unknownText } from '../numbers.js';
import type { RetrainingCandidate } from './candidates.js';
import { cell, fact, section, table, type Section } from './document.js';
import type { ConfidenceReading, LearningReading, RetrainingReading } from './learning.js';
import { known } from './trading-section.js';

/** Retraining, modes, confidence, and the symbols whose models may want retraining. */
export function learningSections(
  { retraining, modes, confidence }: LearningReading,
  candidates: readonly RetrainingCandidate[],
  knownRules: number,
): Section[] {
  return [
    section('Retraining', {
      facts: retrainingFacts(retraining),
      tables: [
        table(
          'Retraining candidates: an alert about win rate or confidence fired for them',
          ['Symbol', 'Alerts', 'Now'],
          candidates.map(({ symbol, alerts, isFiring }) => [
            cell(symbol),
            cell(alerts.join(', ')),
            isFiring ? cell('still fires', 'bad') : cell('silent again', 'dim'),
          ]),
          knownRules === 0 ? 'Unknown: Prometheus knows no alert.' : 'None.',
        ),
      ],
    }),
    section('Modes', {
      facts: [
        ...modes.modes.map(({ mode, share, entries }) =>
          fact(
            mode,
            formatValue(share, 'share'),
            `${formatValue(entries, 'count')} entries, ${modes.window.name}`,
          ),
        ),
        fact('Transitions', formatValue(modes.transitions, 'count'), modes.transitionsWindow.name),
      ],
      tables: [
        table(
          'Mode now',
          ['Symbol', 'Interval', 'Mode', '#For'],
          modes.current.map(({ symbol, interval, mode, forSeconds }) => [
            cell(symbol),
            cell(interval),
            cell(mode),
            known(forSeconds === undefined ? unknownText : formatDuration(forSeconds)),
          ]),
          'No mode is known.',
        ),
      ],
    }),
    section('Confidence', {
      facts: [fact('Average', formatValue(confidence.overall, 'share'), confidence.window.name)],
      charts: [confidenceChart(confidence)],
      tables: [
        table(
          `Confidence by symbol and interval, ${confidence.window.name}`,
          ['Symbol', 'Interval', '#Mean', '#Lowest', '#Highest', '#Deviation', '#Readings'],
          confidence.pairs.map(({ symbol, interval, mean, min, max, stddev, rows }) => [
            cell(symbol),
            cell(interval),
            ...[mean, min, max, stddev].map((value) => known(formatValue(value, 'share'))),
            known(formatValue(rows, 'count')),
          ]),
          'No confidence is known.',
        ),
      ],
    }),
  ];
}

function retrainingFacts(retraining: RetrainingReading): Section['facts'] {
  const { window, detailWindow, count, perDay, perDayAndSymbol, symbols, succeeded } = retraining;
  return [
    fact('Retrainings', formatValue(count, 'count'), window.name),
    fact(
      'A day',
      perDay === undefined ? unknownText : perDay.toFixed(1),
      frequencyText(perDayAndSymbol, symbols),
    ),
    fact(
      'Success rate',
      formatValue(retraining.successShare, 'share'),
      `${formatValue(succeeded, 'count')} succeeded, ${window.name}`,
    ),
    fact(
      'Mean duration',
      durationText(retraining.meanDurationSeconds),
      `longest ${durationText(retraining.longestDurationSeconds)}, ${detailWindow.name}`,
    ),
    fact(
      'Confidence afterwards',
      formatValue(retraining.confidenceAfter, 'share'),
      `successful runs, ${detailWindow.name}`,
    ),
  ];
}

function frequencyText(perDayAndSymbol: number | undefined, symbols: number): string {
  if (perDayAndSymbol === undefined) return '';
  return `${perDayAndSymbol.toFixed(1)} for each of ${symbols} ${symbols === 1 ? 'symbol' : 'symbols'}`;
}

function durationText(seconds: number | undefined): string {
  return seconds === undefined ? unknownText : formatDuration(seconds);
}

function confidenceChart({ pairs, window }: ConfidenceReading): DotChart {
  return {
    kind: 'dots',
    unit: 'share',
    title: `Confidence by symbol and interval, ${window.name}`,
    description: pairs
      .map(({ symbol, interval, mean }) => `${symbol} ${interval} ${formatValue(mean, 'share')}`)
      .join('; '),
    rows: pairs.map(({ symbol, interval, mean, min, max }) => ({
      label: `${symbol} ${interval}`,
      value: mean,
      low: min,
      high: max,
    })),
    legend: { value: 'mean', baseline: '', range: 'lowest to highest' },
  };
}
