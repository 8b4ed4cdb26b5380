import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PastSeries } from '../support/history.js';
import { json } from '../support/http-service.js';
import { Seen } from '../support/judgement.js';
import { trades, type WriteRows } from '../support/playbook-tables.js';
import { shippedFolder } from '../support/rule-bench.js';
import {
  after,
  ServicesBench,
  text,
  wellAnswers,
  wellHealth,
  type Answers,
  type Series,
} from '../support/services-bench.js';
import { temporaryFolder } from '../support/workspace.js';

const hour = 3600;

const statuses = [200, 412, 423, 429, 500, 503] as const;
const bounds = ['0.5', '1', '2.5', '+Inf'] as const;
/** Routes of which requests count, and those that do not while Redline asks for a consensus. */
const judged = '/api/trade/execute';
const leftOut = ['/health', '/metrics', '/api/ai/consensus'] as const;

/** What the backend has counted since it started. */
interface Counted {
  /** answers by status; what is left out is 0 */
  readonly answers?: Readonly<Partial<Record<(typeof statuses)[number], number>>>;
  /** of them no longer than 0.5 s, 1 s, 2.5 s, and any */
  readonly durations?: readonly [number, number, number, number];
}

function counted({ answers = {}, durations = [0, 0, 0, 0] }: Counted, route: string): Series {
  const labels = `method="GET",route="${route}"`;
  return Object.fromEntries([
    ...statuses.map((status) => [
      `qt_api_request_total{${labels},status_code="${status}"}`,
      answers[status] ?? 0,
    ]),
    ...bounds.map((le, index) => [
      `qt_api_request_duration_seconds_bucket{${labels},status_code="200",le="${le}"}`,
      durations[index],
    ]),
  ]) as Series;
}

/** Of each status many, and all of them slow. */
const ruinous: Counted = {
  answers: { 200: 100, 412: 100, 423: 100, 429: 100, 500: 100, 503: 100 },
  durations: [0, 0, 0, 600],
};

/** A backend that started just now and counted so many since. */
function page(now: Counted, others: Counted): Series {
  return Object.assign(counted(now, judged), ...leftOut.map((route) => counted(others, route))) as Series;
}

/** What the backend has counted when Prometheus comes back. Half an hour ago it was 990 answers with 200 less, and 10 with 503. */
const before = {
  answers: { 200: 10_990, 412: 5000, 423: 5000, 429: 5000, 500: 5000, 503: 5010 },
  durations: [9500, 10_000, 10_000, 10_000],
} as const;
const halfAnHourAgo = {
  answers: { ...before.answers, 200: 10_000, 503: 5000 },
  // 95 of the 100 since then took no longer than 0.5 s.
  durations: [9405, 9900, 9900, 9900],
} as const;

/** As Prometheus has recorded them. @param now Unix seconds */
function recorded(instance: string, now: number): PastSeries[] {
  const from = now - 2 * hour;
  const change = now - hour / 2;
  const series = (kind: string, label: string, old: number, value: number): PastSeries => ({
    series: `redline:backend_count_from_zero{instance="${instance}",kind="${kind}",route="other"${label}}`,
    from,
    to: now,
    value: (time) => (time < change ? old : value),
  });
  return [
    ...statuses.map((status) =>
      series('answers', `,status_code="${status}"`, halfAnHourAgo.answers[status], before.answers[status]),
    ),
    ...bounds.map((le, index) =>
      series('durations', `,le="${le}"`, halfAnHourAgo.durations[index] ?? 0, before.durations[index] ?? 0),
    ),
    // That it answered.
    series('answers', '', 1, 1),
    series('durations', '', 1, 1),
  ];
}

interface Round {
  readonly name: string;
  readonly now?: Counted;
  /** on the routes that are left out; many where left out */
  readonly others?: Counted;
  readonly answers?: Partial<Answers>;
  readonly write?: WriteRows;
  /** every alert: its name and its own labels */
  readonly raises: readonly string[];
}

/** Health with another drawdown, of a limit of 0.15, and so many requests left of 100. */
function health(drawdown: number, remaining = 50): RequestListener {
  return json({ ...wellHealth, risk: { drawdown, maxDrawdown: 0.15 } }, 200, {
    'RateLimit-Limit': '100, 100;w=60',
    'RateLimit-Remaining': String(remaining),
  });
}
/** It says no more than how many requests a minute it takes. */
const untold = json({ ...wellHealth, config: { rateLimitMax: 100 } });
const html = text('<!doctype html><title>Proxy</title>');
const redirect: RequestListener = (_, response) => response.writeHead(302, { Location: '/login' }).end();
const hangsUp: RequestListener = (request) => request.socket.destroy();

/** Trades of the last days: won of how many. All were expected to be won in 0.6 of the cases. */
const won = (count: number, of: number): WriteRows =>
  trades({ symbol: 'A', won: count, of: of - 50, daysAgo: 1 }, { symbol: 'B', won: 0, of: 50, daysAgo: 2 });

const slowHour = 'ApiLatencyAboveAcceptance';
const down = ['BackendDown', 'ConsensusProbeFailed', 'FrontendDown', 'ModelServiceDown'];

const rounds: readonly Round[] = [
  {
    name: 'an hour that lies behind it: 10 of 1000 failed, 5 of 100 took over 0.5 s',
    now: before,
    others: before,
    answers: { health: untold },
    raises: ['ApiErrorRateAboveAcceptance', slowHour],
  },
  { name: 'a restart', others: {}, answers: { health: untold }, raises: [] },
  {
    name: '80 requests of 100 a minute, those for health among them',
    now: { answers: { 200: 71 } },
    others: { answers: { 200: 3 } },
    answers: { health: untold },
    raises: [],
  },
  {
    name: '81 requests of 100 a minute',
    now: { answers: { 200: 72 } },
    others: { answers: { 200: 3 } },
    answers: { health: untold },
    raises: ['RateLimitNearLimit'],
  },
  {
    name: '99 of 10,000 requests failed, 1 of 20 took over 1 s; 80% of the limits used; 200 trades 5% off',
    now: { answers: { 200: 9901, 500: 99 }, durations: [0, 19, 20, 20] },
    answers: { health: health(0.12, 20) },
    write: won(110, 200),
    raises: [slowHour],
  },
  {
    name: '1 of 20 failed, 4 of 100 took over 0.5 s; over 80% of the limits used; 200 trades 5.5% off',
    now: { answers: { 200: 19, 500: 1 }, durations: [96, 100, 100, 100] },
    answers: { health: health(0.1201, 19) },
    write: won(109, 200),
    raises: [
      ...['ApiErrorRateAboveAcceptance', 'ConfidenceCalibrationOff'],
      ...['DrawdownNearLimit', 'RateLimitNearLimit'],
    ],
  },
  {
    name: '6 of 100 failed, 2 of 20 took over 1 s; a drawdown just below its limit; 199 trades',
    now: { answers: { 200: 94, 500: 6 }, durations: [18, 18, 20, 20] },
    answers: { health: health(0.1499) },
    write: won(0, 199),
    raises: [
      ...['ApiErrorRateAboveAcceptance', 'ApiErrorRateHigh', slowHour, 'ApiLatencyHigh'],
      'DrawdownNearLimit',
    ],
  },
  {
    name: '19 failed and slow; a drawdown at its limit',
    now: { answers: { 500: 19 }, durations: [0, 0, 0, 19] },
    answers: { health: health(0.15) },
    raises: ['DrawdownNearLimit', 'RiskLimitBreached'],
  },
  {
    name: 'one of each refusal',
    now: { answers: { 200: 15, 412: 1, 423: 1, 429: 1, 503: 1 } },
    raises: [
      ...['LowConfidenceRejections', 'ModelServiceUnreachable', 'RateLimited'],
      'RiskLimitBreached 5m 423 answers',
    ],
  },
  {
    name: 'services that say that they are not well',
    answers: {
      health: json({ ...wellHealth, ok: 'true' }),
      model: json({ ok: false }),
      frontend: text('', 500),
      consensus: json({ signal: 'long', confidence: 1.01 }),
    },
    raises: down,
  },
  { name: 'services that are well again', raises: [] },
  {
    name: 'services that answer something else',
    answers: {
      health: html,
      model: text('{"ok": tr'),
      frontend: redirect,
      consensus: json({ confidence: 0.9 }),
    },
    raises: down,
  },
  {
    name: 'services that answer with another status',
    answers: {
      health: json(wellHealth, 503),
      model: redirect,
      frontend: text('', 404),
      consensus: json({ signal: 'long', confidence: 0.9 }, 423),
    },
    raises: down,
  },
  {
    name: 'services that do not answer',
    answers: { health: hangsUp, model: hangsUp, frontend: hangsUp, consensus: hangsUp },
    raises: down,
  },
];

it(
  'each row of operations fires on its one side and stays silent on its other',
  { timeout: 300_000 },
  async () => {
    const folder = temporaryFolder();
    const bench = await ServicesBench.start({
      runbook: 'operations',
      rules: everySecond(folder),
      folder,
      settings: () => ({}),
      http: () => ({}),
      answers: answersOf(rounds[0]),
      past: ({ backend }) => recorded(backend, Math.floor(Date.now() / 1000)),
    });
    const seen = new Seen('operations');
    for (const round of rounds) {
      bench.answer(answersOf(round));
      bench.replaceDatabase(...(round.write === undefined ? [] : [round.write]));
      const judgement = await bench.judgedNow();
      seen.note(judgement);
      expect.soft(judgement.alerts(), round.name).toEqual([...round.raises].sort());
    }
    await judgeDurations(bench);
    expect(seen.lacking()).toEqual([]);
  },
);

/** How long health takes is measured: what is inside of a limit lies well inside, for a busy machine. */
async function judgeDurations(bench: ServicesBench): Promise<void> {
  const slow = (backend: number, model: number): Answers => ({
    ...answersOf(undefined),
    health: after(backend, health(0.01)),
    model: after(model, wellAnswers.model),
  });
  bench.answer(slow(0.2, 0.51));
  // The mean of an hour begins anew with the exporter.
  await bench.exporter.server.reload();
  const acceptance = await bench.judgedNow();
  expect.soft(acceptance.alerts()).toEqual([`${slowHour} model_service`]);

  bench.answer(slow(0.2, 1.01));
  const model = await bench.judgedNow();
  expect.soft(model.alerts()).toEqual([`${slowHour} model_service`, 'ApiLatencyHigh model_service'].sort());

  bench.answer(slow(1.01, 0));
  const backend = await bench.judgedNow();
  expect.soft(backend.alerts((alert) => alert === 'ApiLatencyHigh')).toEqual(['ApiLatencyHigh backend']);
}

function answersOf(round: Partial<Round> | undefined): Answers {
  const { now = {}, others = ruinous, answers = {} } = round ?? {};
  return { ...wellAnswers, health: health(0.01), metrics: page(now, others), ...answers };
}

/** The shipped rules; what is evaluated every minute, every second as all else. @returns where they stand */
function everySecond(folder: string): string {
  const copy = join(folder, 'shipped');
  cpSync(shippedFolder, copy, { recursive: true });
  const file = join(copy, 'rules', 'operations.yml');
  const rules = readFileSync(file, 'utf8');
  expect(rules).toContain('interval: 1m\n');
  writeFileSync(file, rules.replace('interval: 1m\n', 'interval: 1s\n'));
  return copy;
}
