import type { Sample, SampledSeries } from '../../alerts/prometheus.js';
import { exporterMetric } from '../../names.js';
import { valueOf, type Enquiry } from './enquiry.js';
import { rangeText, stepsOf, utcDay, utcDays, type Period } from './period.js';

/** The result of a UTC day. A day without closed trades has the result 0 where the tables reach back to it. */
export interface DayResult {
  /** `2026-11-28` */
  readonly date: string;
  readonly pnl: number | undefined;
  readonly trades: number | undefined;
}

export type Points = SampledSeries['points'];

/** Money; undefined: Prometheus does not say. Shares are 0-1, amounts in the trading system's currency. */
export interface FinanceReading {
  /** the UTC days that the period touches, oldest first */
  readonly days: readonly DayResult[];
  /** the complete UTC days up to yesterday, as many as the period has, oldest first */
  readonly completeDays: readonly DayResult[];
  readonly todayPnl: number | undefined;
  readonly redDays: number | undefined;
  readonly portfolio: number | undefined;
  readonly peak: number | undefined;
  readonly drawdown: number | undefined;
  readonly highestDrawdown: number | undefined;
  readonly realizedPnl: number | undefined;
  readonly unrealizedPnl: number | undefined;
  readonly openPositions: number | undefined;
  readonly portfolioHistory: Points;
  readonly drawdownHistory: Points;
}

/** What a reading of days rests on. */
export interface DayAnswers {
  readonly pnl: readonly Sample[];
  readonly trades: readonly Sample[];
  /** when the first trade of the table was closed, Unix seconds */
  readonly first: number | undefined;
  readonly todayPnl: number | undefined;
}

/** Points of a chart. */
const chartPoints = 240;

/** Results by day, portfolio and drawdown. */
export async function readFinance(enquiry: Enquiry, period: Period): Promise<FinanceReading> {
  const step = Math.max(60, Math.ceil((period.hours * 3600) / chartPoints));
  const history = (metric: string): Promise<readonly SampledSeries[]> =>
    enquiry.series(`max(${metric})`, stepsOf(period, step));
  const newest = (metric: string): Promise<number | undefined> => enquiry.number(`max(${metric})`);
  const [days, highestDrawdown, portfolio, drawdown, ...values] = await Promise.all([
    askDays(enquiry),
    enquiry.number(`max(max_over_time(${exporterMetric.portfolioDrawdown}[${rangeText(period)}]))`),
    history(exporterMetric.portfolioValue),
    history(exporterMetric.portfolioDrawdown),
    newest(exporterMetric.portfolioValue),
    newest(exporterMetric.portfolioPeak),
    newest(exporterMetric.portfolioDrawdown),
    newest(exporterMetric.consecutiveRedDays),
    newest(exporterMetric.realizedPnl),
    newest(exporterMetric.unrealizedPnl),
    enquiry.number(`sum(${exporterMetric.openPositions})`),
  ]);
  const [value, peak, drawdownNow, redDays, realizedPnl, unrealizedPnl, openPositions] = values;
  return {
    ...daysFrom(period, days),
    todayPnl: days.todayPnl,
    redDays,
    portfolio: value,
    peak,
    drawdown: drawdownNow,
    highestDrawdown,
    realizedPnl,
    unrealizedPnl,
    openPositions,
    portfolioHistory: portfolio[0]?.points ?? [],
    drawdownHistory: drawdown[0]?.points ?? [],
  };
}

async function askDays(enquiry: Enquiry): Promise<DayAnswers> {
  const [pnl, trades, first, todayPnl] = await Promise.all([
    enquiry.samples(`max by (date) (${exporterMetric.dayPnl})`),
    enquiry.samples(`max by (date) (${exporterMetric.dayTrades})`),
    enquiry.number(`min(${exporterMetric.tableFirst}{table="trade_outcomes"})`),
    enquiry.number(`max(${exporterMetric.todayPnl})`),
  ]);
  return { pnl, trades, first, todayPnl };
}

/** The days of a period, from the answers. */
export function daysFrom(
  { hours, start, end }: Period,
  answers: DayAnswers,
): Pick<FinanceReading, 'days' | 'completeDays'> {
  const day = (date: string): DayResult => dayFrom(date, utcDay(end), answers);
  const today = Math.floor(end / 86_400) * 86_400;
  const wholeDays = Math.max(1, Math.floor(hours / 24));
  return {
    days: utcDays(start, end).map(day),
    completeDays: utcDays(today - wholeDays * 86_400, today - 1).map(day),
  };
}

function dayFrom(date: string, today: string, { pnl, trades, first, todayPnl }: DayAnswers): DayResult {
  const found = valueOf(pnl, { date });
  if (found !== undefined) return { date, pnl: found, trades: valueOf(trades, { date }) };
  // Only days with trades have series: a day without one had none, if somebody looked at all and the table goes so far back.
  const isCounted = todayPnl !== undefined && first !== undefined && date >= utcDay(first);
  const isKept = pnl.length < keptDays || pnl.some(({ labels }) => (labels.date ?? '') < date);
  const isToday = date === today && todayPnl !== undefined;
  const none = (isCounted && isKept) || isToday ? 0 : undefined;
  return { date, pnl: none, trades: none };
}

/** So many days with trades have series; those before them have none any more. */
const keptDays = 31;

/** What the results of days come to; undefined where there are too few. */
export interface DayStatistics {
  readonly days: number;
  readonly mean: number | undefined;
  readonly best: DayResult | undefined;
  readonly worst: DayResult | undefined;
  /** mean / sample deviation of the daily results * sqrt(365): the market never closes; undefined below two different days */
  readonly sharpe: number | undefined;
}

/** Days of a year in which is traded. */
const tradingDays = 365;

export function dayStatistics(days: readonly DayResult[]): DayStatistics {
  const known = days.filter(({ pnl }) => pnl !== undefined);
  const values = known.map(({ pnl }) => pnl ?? 0);
  const sorted = [...known].sort((a, b) => (a.pnl ?? 0) - (b.pnl ?? 0));
  const count = values.length;
  const mean = count === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / count;
  const deviation = mean === undefined ? 0 : sampleDeviation(values, mean);
  return {
    days: count,
    mean,
    best: sorted.at(-1),
    worst: sorted[0],
    sharpe: mean === undefined || deviation === 0 ? undefined : (mean / deviation) * Math.sqrt(tradingDays),
  };
}

function sampleDeviation(values: readonly number[], mean: number): number {
  if (values.length < 2) return 0;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
