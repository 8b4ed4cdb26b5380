import { formatDuration } from '../../platform/duration.js';
import { formatValue, unknownText } from '../numbers.js';
import { cell, fact, section, table, type Cell, type Section } from './document.js';
import type { FiredAlert } from './fired-alerts.js';
import { errorWindow, type CandleReading, type HealthReading, type Uptime } from './health.js';
import type { Period } from './period.js';
import { known } from './trading-section.js';

const candleAlerts = ['CandlesStale', 'CandleGaps', 'AllCandlesStale'];

/** Uptime, errors, candles, database. @param episodes those that fire say which candles are stale */
export function healthSection(
  health: HealthReading,
  period: Period,
  episodes: readonly FiredAlert[],
): Section {
  const { engine, backend, errors, candlesRead, errorRate, candles, database } = health;
  return section('System health', {
    facts: [
      uptimeFact('Engine uptime', engine, period),
      uptimeFact('Backend uptime', backend, period),
      fact(
        'Error rate',
        formatValue(errorRate, 'share'),
        errors === undefined
          ? errorWindow
          : `${formatValue(errors, 'count')} errors logged for ${formatValue(candlesRead, 'count')} candles, ${errorWindow}`,
      ),
      fact(
        'Database',
        databaseCell(database.isUp, 'readable', 'NOT READABLE'),
        `read ${agoText(database.readAgeSeconds)}`,
      ),
      fact('Database intact', databaseCell(database.isIntact, 'yes', 'NO')),
      fact('Newest backup', agoText(database.backupAgeSeconds)),
      fact('Disk in use', formatValue(health.diskUsage, 'share')),
    ],
    tables: [
      table(
        'Newest candles',
        ['Symbol', 'Interval', '#Opened', '#Candles of its 24 h', 'Alert'],
        candles.map((candle) => candleRow(candle, episodes)),
        'No candle is known.',
      ),
    ],
  });
}

function uptimeFact(
  label: string,
  { share, observedSeconds }: Uptime,
  { hours }: Period,
): Section['facts'][number] {
  return fact(
    label,
    known(share === undefined ? unknownText : `${(share * 100).toFixed(2)}%`),
    share === undefined
      ? 'nobody looked'
      : `of ${observedSeconds === undefined ? unknownText : formatDuration(observedSeconds)} observed within ${hours} h`,
  );
}

function databaseCell(state: boolean | undefined, good: string, bad: string): Cell {
  if (state === undefined) return cell(unknownText, 'dim');
  return state ? cell(good, 'good') : cell(bad, 'bad');
}

/** `4m 05s ago`, or that it is not known. */
export function agoText(seconds: number | undefined): string {
  return seconds === undefined ? unknownText : `${formatDuration(seconds)} ago`;
}

function candleRow(candle: CandleReading, episodes: readonly FiredAlert[]): Cell[] {
  const { symbol, interval, ageSeconds, ofDay, expectedOfDay } = candle;
  const firing = episodes
    .filter(({ alertname, isFiring }) => isFiring && candleAlerts.includes(alertname))
    .filter(
      ({ labels }) => (labels.symbol ?? symbol) === symbol && (labels.interval ?? interval) === interval,
    )
    .map(({ alertname }) => alertname);
  return [
    cell(symbol),
    cell(interval),
    known(agoText(ageSeconds)),
    known(
      ofDay === undefined
        ? unknownText
        : `${formatValue(ofDay, 'count')} of ${formatValue(expectedOfDay, 'count')}`,
    ),
    firing.length === 0 ? cell('') : cell([...new Set(firing)].join(', '), 'bad'),
  ];
}
