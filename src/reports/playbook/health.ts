import type { Sample } from '../../alerts/prometheus.js';
import { exporterMetric, job, recordedMetric } from '../../names.js';
import { pairsOf, valueOf, type Enquiry, type Pair } from './enquiry.js';
import { rangeText, type Period } from './period.js';

/** How long something was up, of the time in which somebody looked. */
export interface Uptime {
  /** 0-1; undefined: nobody looked */
  readonly share: number | undefined;
  readonly observedSeconds: number | undefined;
}

export interface CandleReading extends Pair {
  /** since the newest candle opened, seconds */
  readonly ageSeconds: number | undefined;
  readonly intervalSeconds: number | undefined;
  /** candles of the 24 h that end with the newest one */
  readonly ofDay: number | undefined;
  /** how many such a day has */
  readonly expectedOfDay: number | undefined;
}

/** The tables of the trading system. */
export interface DatabaseReading {
  /** undefined: nobody says */
  readonly isUp: boolean | undefined;
  readonly isIntact: boolean | undefined;
  /** since it was last read, seconds */
  readonly readAgeSeconds: number | undefined;
  /** since the newest backup, seconds */
  readonly backupAgeSeconds: number | undefined;
}

/** The system's health; undefined: Prometheus does not say. Shares are 0-1. */
export interface HealthReading {
  readonly engine: Uptime;
  readonly backend: Uptime;
  /** over 24 h, whatever the period */
  readonly errors: number | undefined;
  readonly candlesRead: number | undefined;
  readonly errorRate: number | undefined;
  readonly candles: readonly CandleReading[];
  readonly database: DatabaseReading;
  readonly diskUsage: number | undefined;
}

/** Errors are counted over this window, the only one that candles are counted over too. */
export const errorWindow = '24h';

/** What was up: as the rules remember it minute by minute, and where they do not, as it was read. */
const components = {
  engine: `${exporterMetric.unitActive}{role="engine"}`,
  /** the trading system's own program, where it is scraped */
  backend: `up{job="${job.backend}"}`,
} as const;

/** Uptime, errors, candles and the database. */
export async function readHealth(enquiry: Enquiry, period: Period): Promise<HealthReading> {
  const window = `{window="${errorWindow}"}`;
  const [engineUp, backendUp, errors, candlesRead, errorRate, candles, database, diskUsage] =
    await Promise.all([
      readUptime(enquiry, 'engine', period),
      readUptime(enquiry, 'backend', period),
      enquiry.number(`sum(${exporterMetric.loggedErrors}${window})`),
      enquiry.number(`sum(${exporterMetric.candles}${window})`),
      enquiry.number(
        `sum(${exporterMetric.loggedErrors}${window}) / (sum(${exporterMetric.candles}${window}) > 0)`,
      ),
      readCandles(enquiry),
      readDatabase(enquiry),
      enquiry.number(`max(${exporterMetric.hostFilesystemUsage})`),
    ]);
  return {
    engine: engineUp,
    backend: backendUp,
    errors,
    candlesRead,
    errorRate,
    candles,
    database,
    diskUsage,
  };
}

async function readUptime(
  enquiry: Enquiry,
  component: keyof typeof components,
  period: Period,
): Promise<Uptime> {
  const range = rangeText(period);
  const rule = `${recordedMetric.componentUpRatio}{component="${component}"}[${range}]`;
  const read = `max(${components[component]})[${range}:1m]`;
  const [share, minutes] = await Promise.all([
    enquiry.number(`max(avg_over_time(${rule})) or avg_over_time(${read})`),
    enquiry.number(`max(count_over_time(${rule})) or count_over_time(${read})`),
  ]);
  return { share, observedSeconds: minutes === undefined ? undefined : minutes * 60 };
}

async function readCandles(enquiry: Enquiry): Promise<CandleReading[]> {
  const by = (metric: string): Promise<readonly Sample[]> =>
    enquiry.samples(`max by (symbol, interval) (${metric})`);
  const [newest, intervals, ofDay] = await Promise.all([
    by(exporterMetric.candleNewest),
    by(exporterMetric.candleInterval),
    by(exporterMetric.candlesOfDay),
  ]);
  return candlesFrom(enquiry.at, newest, intervals, ofDay);
}

/** The pairs with candles, from the answers; those that were updated longest ago, by their interval, come first. */
export function candlesFrom(
  now: number,
  newest: readonly Sample[],
  intervals: readonly Sample[],
  ofDay: readonly Sample[],
): CandleReading[] {
  return pairsOf(newest, intervals, ofDay)
    .map((pair): CandleReading => {
      const opened = valueOf(newest, { ...pair });
      const length = valueOf(intervals, { ...pair });
      return {
        ...pair,
        ageSeconds: opened === undefined ? undefined : Math.max(0, now - opened),
        intervalSeconds: length,
        ofDay: valueOf(ofDay, { ...pair }),
        expectedOfDay:
          length === undefined || length <= 0 ? undefined : Math.max(1, Math.floor(86_400 / length)),
      };
    })
    .sort((a, b) => intervalsBehind(b) - intervalsBehind(a));
}

function intervalsBehind({ ageSeconds, intervalSeconds }: CandleReading): number {
  if (ageSeconds === undefined || intervalSeconds === undefined || intervalSeconds <= 0) return 0;
  return ageSeconds / intervalSeconds;
}

/** How the tables are. */
export async function readDatabase(enquiry: Enquiry): Promise<DatabaseReading> {
  const [up, intact, read, backup] = await Promise.all([
    enquiry.number(`max(${exporterMetric.databaseUp})`),
    enquiry.number(`max(${exporterMetric.databaseIntact})`),
    enquiry.number(`max(${exporterMetric.databaseReadTimestamp})`),
    enquiry.number(`max(${exporterMetric.backupTimestamp})`),
  ]);
  const age = (time: number | undefined): number | undefined =>
    time === undefined ? undefined : Math.max(0, enquiry.at - time);
  return {
    isUp: up === undefined ? undefined : up === 1,
    isIntact: intact === undefined ? undefined : intact === 1,
    readAgeSeconds: age(read),
    backupAgeSeconds: age(backup),
  };
}
