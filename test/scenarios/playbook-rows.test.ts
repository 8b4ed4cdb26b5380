import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { expect, it } from 'vitest';
import { Seen } from '../support/judgement.js';
import { PlaybookBench } from '../support/playbook-bench.js';
import {
  candles,
  candlesOfDay,
  confidences,
  errors,
  modes,
  news,
  portfolio,
  retrainings,
  sentiments,
  trades,
  type CandlePair,
  type TradeGroup,
  type WriteRows,
} from '../support/playbook-tables.js';
import type { PastSeries } from '../support/history.js';
import { diskUnavailable, PrivateDisk } from '../support/private-disk.js';

const hour = 3600;
const day = 86_400;
/** What is just inside a limit that time passes stays there for so long, seconds: a round is judged within a few. */
const margin = 40;
/** How far just outside is. */
const step = 5;

/** Rows of a table, and every alert that they raise: its name and its own labels. */
interface Case {
  readonly write: WriteRows;
  readonly raises: readonly string[];
}

const symbols = ['A', 'B', 'C', 'E'] as const;
/** Closed yesterday, the day before, the day before that, and today. */
const days = [1, 2, 3, 0] as const;

/** Trades of 7 days by symbol: won, of how many, and what came of them. */
function week(
  ...groups: readonly (readonly [won: number, of: number, pnl?: number])[]
): readonly TradeGroup[] {
  return symbols.map((symbol, index) => {
    const [won, of, pnl] = groups[index] ?? [0, 0];
    return { symbol, won, of, daysAgo: days[index] ?? 0, ...(pnl === undefined ? {} : { pnl }) };
  });
}
/** Of the week before: 14 days in all, and more than 7 days of history. */
const before: TradeGroup = { symbol: 'A', won: 9, of: 15, daysAgo: 10 };
/** All lost and ruinous, and none of it counts. */
const replayed: TradeGroup = { symbol: 'A', won: 0, of: 30, daysAgo: 1, pnl: -9999, isReplay: true };
const offBaseline = ['WinRateBelowRandom', 'WinRateOffBaseline', 'WinRateDeclining'];

const tradeCases: readonly Case[] = [
  {
    // 11 of 20 of A, 19 trades of B and C; 30 of 60 in 7 days, 39 of 75 in 14; 2 red days; a loss of 450 of 9000 today.
    write: trades(before, ...week([11, 20, -10], [8, 19, -10], [10, 19, 0], [1, 2, -450]), replayed),
    raises: [],
  },
  {
    // One trade less won, a cent more lost, a third red day.
    write: trades(before, ...week([11, 20, -10], [8, 19, -10], [9, 19, -0.01], [1, 2, -450.01]), replayed),
    raises: [...offBaseline, 'ConsecutiveRedDays', 'DailyLossLarge'],
  },
  {
    // 28 of 70.
    write: trades(before, ...week([10, 20], [9, 20], [8, 20], [1, 10]), replayed),
    raises: [...offBaseline, 'WinRateBelowTarget A', 'WinRateBelowTarget B', 'WinRateLow C'],
  },
  {
    write: trades(before, ...week([10, 20], [9, 20], [8, 20], [0, 10]), replayed),
    raises: [
      ...offBaseline,
      ...['WinRateBelowTarget A', 'WinRateBelowTarget B', 'WinRateLow C', 'WinRateCollapsed'],
    ],
  },
  // 52 of 80 is 0.65.
  { write: trades(before, ...week([13, 20], [13, 20], [13, 20], [13, 20]), replayed), raises: [] },
  {
    write: trades(before, ...week([13, 20], [13, 20], [13, 20], [14, 20]), replayed),
    raises: ['WinRateOffBaseline'],
  },
  // No history of 7 days.
  { write: trades(...week([20, 20], [20, 20], [20, 20], [20, 20])), raises: [] },
  // 19 trades in 14 days, all lost.
  { write: trades({ ...before, daysAgo: 20 }, ...week([0, 5], [0, 5], [0, 5], [0, 4])), raises: [] },
];

const portfolioCases: readonly Case[] = [
  { write: portfolio([10_000, 9000, 2], [9000, 9000, 0]), raises: [] },
  { write: portfolio([10_000.01, 9000, 2], [9000, 9000, 0]), raises: ['PortfolioDrawdownElevated'] },
  { write: portfolio([10_000, 9000, 2], [8500, 9000, 0]), raises: ['PortfolioDrawdownElevated'] },
  { write: portfolio([10_000, 9000, 2], [8499.99, 9000, 0]), raises: ['PortfolioDrawdownCritical'] },
  // 10,000 paid out.
  { write: portfolio([20_000, 15_000, 2], [10_000, 5000, 0]), raises: [] },
  // 4000 paid in, 2000 lost of 14,000.
  { write: portfolio([10_000, 10_000, 2], [12_000, 14_000, 0]), raises: ['PortfolioDrawdownElevated'] },
  // The peak was 31 days ago.
  { write: portfolio([20_000, 9000, 31], [9000, 9000, 0]), raises: [] },
];

const errorCases: readonly Case[] = [
  { write: errors(0.01 * candlesOfDay - 1), raises: [] },
  { write: errors(0.01 * candlesOfDay), raises: ['ErrorRateElevated'] },
  { write: errors(0.05 * candlesOfDay), raises: ['ErrorRateElevated'] },
  { write: errors(0.05 * candlesOfDay + 1), raises: ['ErrorRateHigh'] },
  { write: errors(0.1 * candlesOfDay), raises: ['ErrorRateHigh'] },
  { write: errors(0.1 * candlesOfDay + 1), raises: ['ErrorRateHigh', 'ErrorRateSevere'] },
];

/** Pairs that are judged for their age, and the limit of each. */
const aged = [
  ['P', '5m', 3900],
  ['P', '1h', 7500],
  ['P', '4h', 29_100],
  ['P', '1d', 173_100],
] as const;
/** Pairs that are judged for their gaps: how many candles may be missing of a day. */
const gapped = [
  ['Q', '1m', 28],
  ['Q', '5m', 5],
  ['Q', '15m', 1],
  ['Q', '1h', 0],
] as const;

function agedPairs(past: (interval: string) => number): CandlePair[] {
  return aged.map(([symbol, interval, limit]) => ({ symbol, interval, age: limit + past(interval) }));
}
function gappedPairs(more: number, age: (interval: string) => number = () => 60): CandlePair[] {
  return gapped.map(([symbol, interval, missing]) => ({
    symbol,
    interval,
    missing: missing + more,
    age: age(interval),
  }));
}
/** Not active any more. */
const inactive: CandlePair = { symbol: 'R', interval: '1h', age: 7 * day + 60 };

const isShort = (interval: string): boolean => interval === '5m' || interval === '1h';
const staleShort = (interval: string): number => (interval === '1h' ? 7500 : 3900) + step;
const noneMissing = gappedPairs(0, staleShort).map((pair) => ({ ...pair, missing: 0 }));
const staleGapped = gapped.map(([symbol, interval]) => `CandlesStale ${symbol} ${interval}`);

const candleCases: readonly Case[] = [
  { write: candles(...agedPairs(() => -margin), ...gappedPairs(0), inactive), raises: [] },
  {
    write: candles(...agedPairs(() => step), ...gappedPairs(1), inactive),
    raises: [
      ...aged.map(([symbol, interval]) => `CandlesStale ${symbol} ${interval}`),
      ...gapped.map(([symbol, interval]) => `CandleGaps ${symbol} ${interval}`),
    ],
  },
  {
    // One of those up to 1 h still comes.
    write: candles(
      ...agedPairs((interval) => (interval === '1h' ? step : -margin)),
      ...noneMissing,
      inactive,
    ),
    raises: [...staleGapped, 'CandlesStale P 1h'],
  },
  {
    write: candles(...agedPairs((interval) => (isShort(interval) ? step : -hour)), ...noneMissing, inactive),
    raises: [...staleGapped, 'CandlesStale P 5m', 'CandlesStale P 1h', 'AllCandlesStale'],
  },
];

/** Of the last 24 h: just inside of every limit. */
const goodConfidences = {
  LOW: [0.8, 0.7, 0.6, 0.7, 0.7],
  HIGH: [0.8, 0.9, 0.85, 0.85, 0.85],
  BELOW: [0.8, 0.78, 0.79, 0.79, 0.7895],
  ABOVE: [0.82, 0.8, 0.81, 0.81, 0.8105],
  HIGHEST: [0.8, 0.7, 0.7, 0.7, 0.7],
  WIDE: [0.9, 0.6, 0.9, 0.6, 0.9, 0.6],
  FEW: [0.1, 0.1, 0.1, 0.9],
};
const badConfidences = {
  LOW: [0.8, 0.7, 0.6, 0.7, 0.6995],
  HIGH: [0.8, 0.9, 0.85, 0.85, 0.8505],
  BELOW: [0.8, 0.78, 0.79, 0.79, 0.79],
  ABOVE: [0.82, 0.8, 0.81, 0.81, 0.81],
  HIGHEST: [0.7999, 0.7, 0.7, 0.7, 0.7],
  WIDE: [0.9002, 0.6, 0.9002, 0.6, 0.9002, 0.6],
  FEW: [0.1, 0.1, 0.1, 0.9],
};
const raisedByBad = [
  ...[
    'ConfidenceAboveTarget HIGH 1h',
    'ConfidenceNearThreshold BELOW 1h',
    'ConfidenceNearThreshold ABOVE 1h',
  ],
  ...['ConfidenceNeverTrades HIGHEST 1h', 'ConfidenceVolatile WIDE 1h'],
];
const atLowest = { ...badConfidences, LOW: [0.8, 0.6, 0.6, 0.5, 0.5] };
const belowLowest = { ...badConfidences, LOW: [0.8, 0.6, 0.6, 0.5, 0.4995] };

const confidenceCases: readonly Case[] = [
  { write: confidences({ symbols: goodConfidences, weekMean: 0.65, reachesBack: true }), raises: [] },
  {
    write: confidences({ symbols: badConfidences, weekMean: 0.6499, reachesBack: true }),
    raises: [...raisedByBad, 'ConfidenceBelowTarget LOW 1h', 'ConfidenceOffBaseline'],
  },
  {
    write: confidences({ symbols: atLowest, weekMean: 0.9, reachesBack: true }),
    raises: [...raisedByBad, 'ConfidenceBelowTarget LOW 1h'],
  },
  {
    write: confidences({ symbols: belowLowest, weekMean: 0.9001, reachesBack: true }),
    raises: [...raisedByBad, 'ConfidenceLow LOW 1h', 'ConfidenceOffBaseline'],
  },
  // No history of 7 days.
  { write: confidences({ symbols: goodConfidences, weekMean: 0.3, reachesBack: false }), raises: [] },
];

const offTarget = ['ModeMixOffTarget LEARNING', 'ModeMixOffTarget TRADING'];
const modeCases: readonly Case[] = [
  { write: modes({ learning: 4, trading: 6, ages: [600, 1200, hour + step] }), raises: [] },
  {
    write: modes({ learning: 3, trading: 5, ages: [600, 1200, hour - margin] }),
    raises: [...offTarget, 'ModeOscillating BTC 1h'],
  },
  // 4 of 5, and 5 in a week.
  { write: modes({ learning: 1, trading: 4 }), raises: offTarget },
  { write: modes({ learning: 1, trading: 5 }), raises: [...offTarget, 'ModeSkewed TRADING'] },
  { write: modes({ learning: 5, trading: 0 }), raises: [...offTarget, 'ModeSkewed LEARNING'] },
  { write: modes({ learning: 4, trading: 0 }), raises: ['ModeTransitionsOffBaseline'] },
  { write: modes({ learning: 1, trading: 0 }), raises: ['ModeTransitionsOffBaseline'] },
  { write: modes({ learning: 0, trading: 0 }), raises: ['ModeTransitionsOffBaseline', 'ModeStuck'] },
  { write: modes({ learning: 10, trading: 15 }), raises: [] },
  { write: modes({ learning: 11, trading: 15 }), raises: ['ModeTransitionsOffBaseline'] },
];

const recent = (count: number): number[] => Array.from({ length: count }, (_, index) => 60 + index);
const older = (count: number): number[] => Array.from({ length: count }, (_, index) => 3 * day + index);
/** 180 in 7 days; the first is 31 days old, and the only one of its symbol. */
const ages = {
  ONCE: [31 * day],
  R5: [...recent(5), day + step, ...older(1)],
  R6: [...recent(6), ...older(1)],
  R10: recent(10),
  R11: recent(11),
  WITHIN: [2 * day - margin, ...older(6)],
  BEYOND: [2 * day + step, ...older(6)],
  WEEK6: [...recent(1), ...older(5)],
  WEEK56: [...recent(5), ...older(51)],
  WEEK57: [...recent(5), ...older(52)],
  REST: [...recent(5), ...older(7)],
};
const raisedByAges = [
  ...[
    'RetrainingFrequent R6',
    'RetrainingFrequent R10',
    'RetrainingTooFrequent R11',
    'RetrainingAbsent BEYOND',
  ],
  ...['RetrainingOffBaseline WEEK6', 'RetrainingOffBaseline WEEK57'],
];
/** The first of all rows lies outside of the 7 days. */
const failed = (count: number): number => count + 1;

const retrainingCases: readonly Case[] = [
  // Too few to be a share, and no history.
  { write: retrainings({ ages: { R5: recent(4) }, failed: 4, durations: [120] }), raises: [] },
  {
    write: retrainings({ ages, failed: failed(36), durations: [900, 300, 600] }),
    raises: raisedByAges,
  },
  {
    write: retrainings({ ages, failed: failed(37), durations: [901, 299, 600], confidence: 0.79 }),
    raises: [
      ...raisedByAges,
      ...['RetrainingSuccessBelowTarget', 'RetrainingSlow', 'PostTrainingConfidenceLow'],
    ],
  },
  {
    write: retrainings({ ages, failed: failed(54), durations: [600.1, 600] }),
    raises: [...raisedByAges, 'RetrainingSuccessBelowTarget', 'RetrainingDurationOffTarget'],
  },
  {
    write: retrainings({ ages, failed: failed(55), durations: [120] }),
    raises: [...raisedByAges, 'RetrainingSuccessLow'],
  },
  {
    write: retrainings({ ages, failed: failed(36), durations: [119.9, 120] }),
    raises: [...raisedByAges, 'RetrainingDurationOffTarget'],
  },
];

const nothing = [0, 0, 0] as const;
const sentimentCases: readonly Case[] = [
  { write: sentiments(0.51, nothing, nothing, [1, 0, -1], nothing, nothing), raises: [] },
  {
    write: sentiments(0.5, nothing, nothing, nothing, nothing, nothing),
    raises: ['NewsSentimentMissing', 'NewsSourceDiversityLow'],
  },
  { write: sentiments(0.51, nothing, [0.1, 1.01, 0]), raises: ['SentimentOutOfRange'] },
  { write: sentiments(0.51, nothing, [0.1, 0, -1.01]), raises: ['SentimentOutOfRange'] },
  { write: sentiments(0.51, nothing, nothing, nothing, nothing), raises: [] },
];

const newsCases: readonly Case[] = [
  { write: news({ score: 0.5, count: 19 }), raises: [] },
  { write: news({ score: 0.5, count: 20 }), raises: ['NewsSentimentOneSided positive'] },
  { write: news({ score: 0.5, count: 19 }, { score: 0, count: 1 }), raises: [] },
  { write: news({ label: 'Negative', count: 20 }), raises: ['NewsSentimentOneSided negative'] },
  { write: news({ label: 'neutral', count: 20 }), raises: [] },
];

const tables = [
  ...[tradeCases, portfolioCases, errorCases, candleCases, confidenceCases, modeCases],
  ...[retrainingCases, sentimentCases, newsCases],
];
const rounds = Math.max(...tables.map(({ length }) => length));
/** The case of a table in a round: its last one stays. */
const caseOf = (cases: readonly Case[], round: number): Case | undefined => cases[round] ?? cases.at(-1);

const lines = {
  websocket_lost: '[ERROR] WebSocket connection lost',
  database_locked: '[ERROR] Database locked (timeout)',
  prediction_failed: '[ERROR] Prediction failed: Model not found',
  max_drawdown: '[CRITICAL] Max drawdown exceeded: 16.2%',
  confidence_dropped: '[WARNING] Confidence dropped to 76.12%',
  consecutive_losses: '[WARNING] 3 consecutive losses detected',
  retraining_loss: '[WARNING] Retraining triggered: loss_immediate',
};
const signs = new Set(['confidence_dropped', 'consecutive_losses', 'retraining_loss']);
const raisedByLines = Object.keys(lines).map(
  (event) => `${signs.has(event) ? 'LogWarningEvent' : 'LogCriticalEvent'} ${event}`,
);

/** Writes each line to the log. @param age how long ago, seconds */
function log(bench: PlaybookBench, now: number, age: number): void {
  const stamp = new Date((now - age) * 1000).toISOString().slice(0, 19);
  const all = Object.values(lines).map((line) => `${stamp}Z ${line}\n`);
  appendFileSync(bench.path('logs', 'production_deployment.log'), all.join(''));
  bench.lines += all.length;
}

/** The newest copy of the database. @param age how old, seconds */
function backUp(bench: PlaybookBench, now: number, age: number): void {
  mkdirSync(bench.path('backups'), { recursive: true });
  const copy = bench.path('backups', 'trading_20261128.db');
  writeFileSync(copy, 'a copy');
  utimesSync(copy, now - age, now - age);
}

const backupLimit = 26 * hour;
/** What is done to the files beside the database in a round. */
const files: readonly {
  readonly write: (bench: PlaybookBench, now: number) => void;
  readonly raises: readonly string[];
}[] = [
  {
    write: (bench, now) => {
      log(bench, now, 301);
    },
    raises: ['DatabaseBackupStale'],
  },
  {
    write: (bench, now) => {
      backUp(bench, now, backupLimit - margin);
    },
    raises: [],
  },
  {
    write: (bench, now) => {
      backUp(bench, now, backupLimit + step);
    },
    raises: ['DatabaseBackupStale'],
  },
];
/** In the last round. */
const lastFiles = {
  write: (bench: PlaybookBench, now: number) => {
    backUp(bench, now, 0);
    log(bench, now, 300 - margin);
  },
  raises: raisedByLines,
};

/** Judged by time, by the machine: in their own way. */
const apart: ReadonlySet<string> = new Set([
  ...['UptimeBelowTarget', 'UptimeLow', 'WeeklyUptimeBelowTarget', 'DiskSpaceLow', 'SystemCrashed'],
]);
const inRounds = (alert: string): boolean => !apart.has(alert);

/** What Prometheus has recorded of components: share of each minute, and how many minutes. */
const minutesUp = [
  ['at-99', 0.99, 720],
  ['below-99', 0.9899, 720],
  ['at-95', 0.95, 720],
  ['below-95', 0.9499, 720],
  ['short', 0, 59],
  ['week-at', 0.995, 1500],
  ['week-below', 0.9949, 1500],
] as const;

function uptimeHistory(): PastSeries[] {
  const to = Math.floor(Date.now() / 60_000) * 60 - 60;
  return minutesUp.map(([component, ratio, minutes]) => ({
    series: `redline:component_up_ratio{component="${component}"}`,
    from: to - (minutes - 1) * 60,
    to,
    value: () => ratio,
  }));
}

it(
  'each row of the playbook fires on its one side and stays silent on its other',
  { timeout: 240_000 },
  async () => {
    await awayFromMidnight();
    const disk = diskUnavailable === undefined ? await PrivateDisk.create() : undefined;
    // 100 blocks.
    disk?.run('mount -t tmpfs -o size=400k tmpfs .');
    const bench = await PlaybookBench.start(disk?.path(), uptimeHistory());
    const seen = new Seen('playbook');
    const judgeRounds = async (): Promise<void> => {
      for (let round = 0; round < rounds; round++) await judgeRound(bench, seen, round);
      await judgeDamage(bench, seen);
      await judgeUptime(bench, seen);
    };
    await Promise.all([
      judgeRounds(),
      judgeCrash(bench, seen),
      disk === undefined ? undefined : judgeDisk(bench, seen, disk),
    ]);
    // Only root can have a disk of its own.
    expect(seen.lacking()).toEqual(disk === undefined ? ['DiskSpaceLow'] : []);
  },
);

/** Trades of today are to be today's until the end. */
async function awayFromMidnight(): Promise<void> {
  await expect.poll(() => day - ((Date.now() / 1000) % day), { timeout: 200_000 }).toBeGreaterThan(180);
}

async function judgeRound(bench: PlaybookBench, seen: Seen, round: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const cases = tables.flatMap((table) => caseOf(table, round) ?? []);
  bench.replaceDatabase(
    cases.map(({ write }) => write),
    now,
  );
  const beside = round === rounds - 1 ? lastFiles : files[round];
  beside?.write(bench, now);
  const raisedBeside = (beside ?? files.at(-1))?.raises ?? [];
  const judgement = await bench.judgedTables();
  seen.note(judgement);
  const expected = [...cases.flatMap(({ raises }) => raises), ...raisedBeside].sort();
  expect.soft(judgement.alerts(inRounds), `round ${round}`).toEqual(expected);
}

/** A file that is gone, and one that is damaged. */
async function judgeDamage(bench: PlaybookBench, seen: Seen): Promise<void> {
  const damage = (alert: string): boolean => alert.startsWith('DatabaseUn') || alert === 'DatabaseCorrupt';
  bench.removeDatabase();
  const gone = await bench.judged('quantum_database_up == 0');
  seen.note(gone);
  expect.soft(gone.alerts(damage)).toEqual(['DatabaseUnreadable']);

  bench.replaceDatabase([candles(...gappedPairs(0))], Math.floor(Date.now() / 1000));
  damagePages(bench.database);
  const damaged = await bench.judged('quantum_database_intact == 0');
  seen.note(damaged);
  expect.soft(damaged.alerts(damage)).toContain('DatabaseCorrupt');
}

/** Overwrites every page but the first. */
function damagePages(file: string): void {
  const descriptor = openSync(file, 'r+');
  const { size } = statSync(file);
  for (let offset = 4096; offset < size; offset += 4096)
    writeSync(descriptor, Buffer.alloc(64, 0xa5), 0, 64, offset);
  closeSync(descriptor);
}

/** The engine's process ends, and none follows it. */
async function judgeCrash(bench: PlaybookBench, seen: Seen): Promise<void> {
  const isCrash = (alert: string): boolean => alert === 'SystemCrashed';
  const up = await bench.judged('quantum_unit_active{role="engine"} == 1');
  expect.soft(up.alerts(isCrash)).toEqual([]);
  bench.endEngine();
  const down = await bench.judged('quantum_unit_active{role="engine"} == 0');
  expect.soft(down.alerts(isCrash)).toEqual([]);
  const crashed = await bench.judged(
    'max_over_time(quantum_unit_active{role="engine"}[1m]) + (quantum_unit_active{role="engine"} offset 1m) == 0',
  );
  seen.note(crashed);
  expect.soft(crashed.alerts(isCrash)).toEqual(['SystemCrashed']);
}

async function judgeUptime(bench: PlaybookBench, seen: Seen): Promise<void> {
  const judgement = await bench.judged('vector(1)', (group) => group === 'playbook-hours');
  seen.note(judgement);
  expect
    .soft(judgement.alerts((alert) => alert.includes('Uptime')))
    .toEqual([
      ...['UptimeBelowTarget at-95', 'UptimeBelowTarget below-95', 'UptimeBelowTarget below-99'],
      ...['UptimeLow below-95', 'WeeklyUptimeBelowTarget week-below'],
    ]);
}

/** Blocks in use, of 100, and what that raises. */
async function judgeDisk(bench: PlaybookBench, seen: Seen, disk: PrivateDisk): Promise<void> {
  for (const [blocks, severities] of [
    [85, []],
    [86, ['warning']],
    [95, ['warning']],
    [96, ['critical', 'warning']],
  ] as const) {
    writeFileSync(disk.path('data'), Buffer.alloc(blocks * 4096));
    const judgement = await bench.judged(`host_filesystem_usage_ratio == ${blocks / 100}`);
    seen.note(judgement);
    expect.soft(judgement.severities('DiskSpaceLow'), `${blocks} blocks`).toEqual(severities);
  }
}
