import { numberField, parseFields, pastTime, timeField, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';
import { parseTimestamp } from './timestamp.js';
import { round9 } from './round.js';
import { meanOf, stddevOf } from './statistics.js';

const peakNames = ['peak_equity', 'peak'];
const timeNames = ['timestamp', 'last_update_ts'];

/** Every field that a reading of the equity looks at, in JSON and as a hash. */
export const equityFields = ['equity', ...peakNames, ...timeNames];

/** The equity of the moment. What is unknown is undefined. */
export interface EquityReading {
  readonly equity: number | undefined;
  /** above 0 */
  readonly peak: number | undefined;
  /** (peak - equity) / peak, 0 or more */
  readonly drawdown: number | undefined;
  /** Unix seconds */
  readonly timestamp: number | undefined;
}

/** @param now Unix seconds */
export function readEquity(fields: Fields, now: number, flaws: Flaws): EquityReading {
  const equity = numberField(fields, ['equity'], flaws);
  const peak = peakOf(fields, flaws);
  return {
    equity,
    peak,
    drawdown: equity === undefined || peak === undefined ? undefined : drawdownOf(equity, peak, flaws),
    timestamp: pastTime(timeField(fields, timeNames, flaws), now, flaws),
  };
}

function peakOf(fields: Fields, flaws: Flaws): number | undefined {
  const peak = numberField(fields, peakNames, flaws);
  if (peak === undefined || peak > 0) return peak;
  flaws.note('invalid_value', `a peak of ${peak} is none`);
  return undefined;
}

function drawdownOf(equity: number, peak: number, flaws: Flaws): number {
  if (peak < equity) flaws.note('invalid_value', `the peak ${peak} is below the equity ${equity}`);
  return Math.max(0, round9((peak - equity) / peak));
}

/** What the newest samples of the equity say. */
export interface EquityHistoryReading {
  /** samples that could be read */
  readonly samples: number;
  /** population standard deviation as a share of the mean; undefined below 2 samples, or where the mean is not positive */
  readonly stddevRatio: number | undefined;
  /** Unix seconds; undefined where the newest sample that could be read carries none that can be used */
  readonly timestamp: number | undefined;
  /** whether that sample carries a time, of whatever kind */
  readonly isDated: boolean;
}

/**
 * @param entries newest first
 * @param now Unix seconds
 */
export function readEquityHistory(
  entries: readonly string[],
  now: number,
  flaws: Flaws,
): EquityHistoryReading {
  const samples = entries.flatMap((entry) => readSample(entry, flaws) ?? []);
  const [newest] = samples;
  const isDated = newest?.writtenTime !== undefined;
  const timestamp = parseTimestamp(newest?.writtenTime);
  if (isDated && timestamp === undefined) flaws.note('invalid_value', 'timestamp is no time');
  return {
    samples: samples.length,
    stddevRatio: stddevRatioOf(samples.map(({ equity }) => equity)),
    timestamp: pastTime(timestamp, now, flaws),
    isDated,
  };
}

interface Sample {
  readonly equity: number;
  readonly writtenTime: unknown;
}

function readSample(entry: string, flaws: Flaws): Sample | undefined {
  const fields = parseFields(entry, flaws);
  const equity = fields === undefined ? undefined : numberField(fields, ['equity'], flaws);
  if (fields === undefined || equity === undefined) return undefined;
  return { equity, writtenTime: fields.timestamp ?? fields.last_update_ts ?? undefined };
}

function stddevRatioOf(values: readonly number[]): number | undefined {
  const mean = meanOf(values);
  if (mean === undefined || values.length < 2 || mean <= 0) return undefined;
  return round9(stddevOf(values, mean) / mean);
}
