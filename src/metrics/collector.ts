import type { Config } from '../config/schema.js';
import type { Logger } from '../platform/log.js';
import type { HistogramReading } from '../readings/latency-histogram.js';
import type { RedisSource } from '../sources/redis.js';
import type { Labels, Metric } from './metric.js';
import type { RenderedSeries } from './rendered-series.js';
import type { TradeTables } from './trade-tables/trade-tables.js';

/** Every reason under which a collector may count an error: the values of the label `reason`. */
export const errorReasons = [
  'timeout',
  'still_running',
  'unreachable',
  'refused',
  'wrong_type',
  'unreadable',
  'unwritable',
  'malformed_json',
  'missing_field',
  'oversized',
  'locked',
  'corrupt',
  'future_timestamp',
  'position_lost',
  'unknown_action',
  'unknown_model',
  'invalid_confidence',
  'invalid_value',
  'query_failed',
  'duplicate_series',
  'internal',
] as const;
export type ErrorReason = (typeof errorReasons)[number];

/** The reason that errors of sources and collectors state; undefined where an error states none. */
export function reasonOf(error: unknown): ErrorReason | undefined {
  const stated = error instanceof Error && 'reason' in error ? error.reason : undefined;
  return errorReasons.find((reason) => reason === stated);
}

/** Thrown by a collector whose source cannot be reached or gave nothing of what it should. */
export class CollectorError extends Error {
  override readonly name = 'CollectorError';
  readonly reason: ErrorReason;

  constructor(reason: ErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * What is known of the engine's unit. The systemd collector writes it, others read it: the start of the engine is
 * the cutover where none is registered. A field is undefined while its value is unknown.
 */
export interface EngineState {
  /** the spelling of the unit that is loaded */
  unit: string | undefined;
  /** ActiveEnterTimestamp, Unix seconds */
  activeEnter: number | undefined;
}

/** Takes series. */
export interface SeriesTarget {
  /** Sets a gauge (or a counter that the collector keeps itself) of this page; the last value wins. Undefined leaves the series out, as does (counted) NaN or infinity. */
  set<Label extends string>(metric: Metric<Label>, labels: Labels<Label>, value: number | undefined): void;
}

/** One run of a collector. What it sets is exported on this page only: a series not set again is gone. */
export interface CollectContext extends SeriesTarget {
  /** aborts at the deadline; what is set after that is dropped */
  readonly signal: AbortSignal;
  /** when the run began, Unix seconds */
  readonly now: number;
  /** Sets a histogram that the collector keeps itself. */
  setHistogram<Label extends string>(
    metric: Metric<Label>,
    labels: Labels<Label>,
    reading: HistogramReading,
  ): void;
  /** Puts series on this page that were rendered elsewhere. No other series of their metrics may be set. */
  include(rendered: RenderedSeries): void;
  /** Adds to a counter, which stays exported from then on, also when the run fails. Adding 0 creates the series. */
  increment<Label extends string>(metric: Metric<Label>, labels: Labels<Label>, by?: number): void;
  /** Counts an error that costs one value and not the run. */
  error(reason: ErrorReason, detail: string): void;
  /** Notes a step for /debug/collector/<name>. The value is asked for only while someone looks; never put a secret in it. */
  trace(step: string, value: () => unknown): void;
}

/** What the exporter gives to its collectors. */
export interface CollectorEnvironment {
  readonly config: Config;
  readonly log: Logger;
  readonly engine: EngineState;
  readonly redis: RedisSource;
  /** undefined where the trading system has none */
  readonly tables: TradeTables | undefined;
}

/** A collector at work: keeps its connections and what it has read so far. */
export interface Collector {
  /**
   * Reads the source and sets this page's values. Never runs twice at once.
   * @throws CollectorError when the source cannot be reached or yields nothing; what was set before stays on the page
   */
  collect(context: CollectContext): Promise<void>;
  /** Lets go of connections, timers and processes. */
  close(): Promise<void>;
}

/** What a collector's file exports; src/metrics/manifest.ts lists it. */
export interface CollectorModule {
  /** the label `collector` */
  readonly name: string;
  readonly metrics: readonly Metric[];
  /** reasons of its own, exported as 0 from the start; the runner adds those of every collector */
  readonly reasons: readonly ErrorReason[];
  /**
   * @returns undefined where the configuration switches it off
   * @throws UserError where its configuration cannot be used
   */
  create(environment: CollectorEnvironment): Collector | undefined;
}
