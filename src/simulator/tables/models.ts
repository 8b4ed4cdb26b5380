import { round } from '../market.js';
import { drawn, drawOf } from './draw.js';
import { intervalSeconds, modelledPairs, symbols } from './pairs.js';
import type { Row } from './schema.js';
import { beats, lastOf, type Span } from './span.js';
import { textTime } from './text-time.js';

export type Mode = 'LEARNING' | 'TRADING';

/** A mode is entered somewhere so often, seconds: twelve a week over all pairs, which take turns. */
const transitionEvery = 14 * 3600;
/** Of a time of day of their own, so that no other row falls on them. */
const transitionOffset = 1337;
/** Confidence goes up and down around its mean in this time, seconds: a day has whole waves. */
const wavePeriod = 8 * 3600;
const waveHeight = 0.08;
const meanConfidence: Readonly<Record<Mode, number>> = { LEARNING: 0.745, TRADING: 0.765 };
/** How far back the confidence of five-minute candles goes, seconds. */
const shortMemory = 10 * 86_400;
/** Each symbol is retrained so often, seconds: three times a day. */
const retrainEvery = 8 * 3600;
/** One retraining in as many fails. */
const failsOneIn = 9;
const longestRetraining = 420;

/** A mode entered by a pair, with its number; two that follow each other are of different modes. */
function transitionOf(number: number): { readonly pair: number; readonly mode: Mode; readonly at: number } {
  return {
    pair: number % modelledPairs.length,
    // The number of pairs is odd: each pair alternates too.
    mode: number % 2 === 0 ? 'TRADING' : 'LEARNING',
    at: number * transitionEvery + transitionOffset,
  };
}

/** The mode of a pair at a time, Unix seconds. */
export function modeAt(pair: number, at: number): Mode {
  const newest = Math.floor((at - transitionOffset) / transitionEvery);
  const back = (newest - pair) % modelledPairs.length;
  return transitionOf(newest - back).mode;
}

/** Confidence of a pair at a time, 0-1. */
function confidenceAt(seed: number, pair: number, at: number): number {
  const noise = drawOf(seed, drawn.confidence, pair, Math.floor(at)).between(-0.01, 0.01);
  const wave = waveHeight * Math.sin((2 * Math.PI * at) / wavePeriod + pair);
  return round(meanConfidence[modeAt(pair, at)] + wave + noise);
}

/** Rows of `confidence_history`: one for each candle that a model judges. */
export function confidenceRows(seed: number, span: Span): Row[] {
  return modelledPairs
    .flatMap(({ symbol, interval }, pair) =>
      beats(interval === '5m' ? lastOf(span, shortMemory) : span, intervalSeconds[interval]).map((at) => ({
        at,
        row: {
          symbol,
          interval,
          timestamp: textTime(at),
          confidence_score: confidenceAt(seed, pair, at),
          mode: modeAt(pair, at),
        },
      })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
}

/** Rows of `learning_states`. */
export function learningRows(seed: number, span: Span): Row[] {
  return beats(span, transitionEvery, transitionOffset).flatMap((at) => {
    const { pair, mode } = transitionOf(Math.floor(at / transitionEvery));
    const of = modelledPairs[pair];
    if (of === undefined) return [];
    return [
      {
        ...of,
        mode,
        confidence_score: confidenceAt(seed, pair, at),
        entered_at: textTime(at),
        reason: mode === 'TRADING' ? 'confidence above its threshold' : 'confidence below its threshold',
      },
    ];
  });
}

/** Rows of `retraining_history`, each written when it is over. */
export function retrainingRows(seed: number, span: Span): Row[] {
  return symbols
    .flatMap((symbol, index) =>
      beats(
        { since: span.since - longestRetraining, until: span.until },
        retrainEvery,
        600 + index * 1500,
      ).map((triggeredAt) => {
        const number = Math.floor(triggeredAt / retrainEvery);
        const random = drawOf(seed, drawn.retraining, index, number);
        const duration = Math.round(random.between(150, longestRetraining) * 10) / 10;
        const isSuccess = (number + index) % failsOneIn !== 0;
        return {
          at: triggeredAt + duration,
          row: {
            symbol,
            interval: '1h',
            triggered_at: textTime(triggeredAt),
            trigger_reason: 'scheduled',
            duration_seconds: duration,
            status: isSuccess ? 'success' : 'failed',
            validation_confidence: isSuccess ? round(random.between(0.815, 0.87)) : null,
            n_epochs: isSuccess ? 30 + Math.floor(random.between(0, 20)) : 4,
          },
        };
      }),
    )
    .filter(({ at }) => at > span.since && at <= span.until)
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
}
