import { round } from '../market.js';
import { drawn, drawOf } from './draw.js';
import { intervals, intervalSeconds, symbols } from './pairs.js';
import type { Row } from './schema.js';
import { beats, lastOf, type Span } from './span.js';
import { textTime } from './text-time.js';

/** How far back candles of a minute go, seconds: the others go back all the way. */
const minuteMemory = 2 * 86_400;
const newsEvery = 1200;
const sentimentEvery = 3600;
/** Eight a day, against more than five thousand candles. */
const errorEvery = 10_800;
const newsSources = ['reuters', 'coindesk', 'cointelegraph', 'theblock'] as const;
/** Moods of the articles, in turn. */
const moods = ['positive', 'negative', 'positive', 'negative', 'neutral'] as const;
const moodSign = { positive: 1, negative: -1, neutral: 0 } as const;
const complaints = [
  'order book snapshot was 2 s late and was taken again',
  'news feed answered 502 and was asked again',
  'feature cache was cold',
] as const;

/** Rows of `candles`, each written as the candle closes and dated by its opening. */
export function candleRows(span: Span): Row[] {
  return intervals
    .flatMap((interval) => {
      const seconds = intervalSeconds[interval];
      return beats(interval === '1m' ? lastOf(span, minuteMemory) : span, seconds).flatMap((close) =>
        symbols.map((symbol) => ({
          close,
          row: { timestamp: close - seconds, datetime: textTime(close - seconds), symbol, interval },
        })),
      );
    })
    .sort((a, b) => a.close - b.close)
    .map(({ row }) => row);
}

/** Rows of `sentiment_features`. */
export function sentimentRows(seed: number, span: Span): Row[] {
  return beats(span, sentimentEvery, 90).flatMap((at) =>
    symbols.map((symbol, index) => {
      const random = drawOf(seed, drawn.sentiment, index, at);
      const score = (): number => round((random.chance(0.5) ? 1 : -1) * random.between(0.05, 0.6));
      return {
        symbol,
        interval: '1h',
        sentiment_1h: score(),
        sentiment_6h: score(),
        sentiment_24h: score(),
        source_diversity: round(random.between(0.58, 0.85)),
        last_updated: textTime(at),
      };
    }),
  );
}

/** Rows of `news_articles`. */
export function newsRows(seed: number, span: Span): Row[] {
  return beats(span, newsEvery, 45).map((at) => {
    const random = drawOf(seed, drawn.news, at);
    const mood = moods[Math.floor(at / newsEvery) % moods.length] ?? 'neutral';
    return {
      timestamp: at,
      source: random.pick(newsSources),
      sentiment_score: round(moodSign[mood] * random.between(0.1, 0.9)),
      sentiment_label: mood,
    };
  });
}

/** Rows of `error_log`: even a healthy system has the odd one. */
export function errorRows(span: Span): Row[] {
  return beats(span, errorEvery, 4321).map((at) => ({
    timestamp: textTime(at),
    message: complaints[Math.floor(at / errorEvery) % complaints.length] ?? complaints[0],
  }));
}
