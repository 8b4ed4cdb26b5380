import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { runProgram } from '../support/run-program.js';
import { startTradingPrometheus, type TradingPrometheus } from '../support/trading-prometheus.js';
import { hostileSymbol, tradingWeeks } from '../support/trading-weeks.js';
import { temporaryFolder } from '../support/workspace.js';

const hour = 3600;
const day = 86_400;

function rule(alert: string, severity: string, query: string, comparison: string, limit: string): object {
  return {
    alert,
    expr: `${query} ${comparison} ${limit}`,
    labels: { runbook: 'playbook', severity },
    annotations: { summary: alert, query, limit },
  };
}

const winShare = (by: string): string =>
  `sum ${by}(quantum_trades_won{window="7d"}) / (sum ${by}(quantum_trades{window="7d"}) >= 20)`;
const drawdown = 'max(quantum_portfolio_drawdown_ratio)';
/** A few of the playbook's alerts, under its names. */
const rules = [
  rule('WinRateLow', 'critical', winShare('by (symbol) '), '<', '0.45'),
  rule('WinRateBelowRandom', 'warning', winShare(''), '<', '0.5'),
  rule('PortfolioDrawdownElevated', 'warning', drawdown, '>', '0.10'),
  rule('PortfolioDrawdownCritical', 'critical', drawdown, '>', '0.15'),
  rule('CandleGaps', 'warning', 'quantum_candles_of_day / 24', '<', '0.98'),
  rule('DatabaseBackupStale', 'warning', 'time() - max(quantum_backup_timestamp_seconds)', '>', '93600'),
];

/** An alert that fired in the past, hours ago. */
function fired(now: number, labels: string, from: number, to: number) {
  return {
    series: `ALERTS{${labels},alertstate="firing",runbook="playbook"}`,
    from: now - from * hour,
    to: now - to * hour,
    value: () => 1,
  };
}

function startWeeks(now: number): Promise<TradingPrometheus> {
  const receiver = (name: string, labels: string, value: number) => ({
    series: `${name}{${labels},job="redline-receiver"}`,
    from: now - 30 * hour,
    to: now,
    value: () => value,
  });
  const rollback = 'plan="qsc",deployment="canary-1"';
  const canary = 'kind="canary",deployment="canary-1",model="patchtst"';
  return startTradingPrometheus(
    now,
    {
      series: tradingWeeks(now),
      hours: 15 * 24,
      others: [
        fired(now, 'alertname="PortfolioDrawdownElevated",severity="warning"', 84, 80),
        fired(now, 'alertname="CandlesStale",severity="warning",symbol="SOL/USDT",interval="1h"', 3, 2.5),
        receiver('redline_receiver_mode', 'mode="auto"', 1),
        receiver('redline_rollback_started_timestamp_seconds', rollback, now - 20 * hour),
        receiver('redline_rollback_ended_timestamp_seconds', rollback, now - 20 * hour + 2),
        receiver('redline_rollback_last_success_timestamp_seconds', rollback, now - 20 * hour + 2),
        receiver('redline_deployment_start_timestamp_seconds', canary, now - 21 * hour),
        receiver('redline_deployment_end_timestamp_seconds', canary, now - 20 * hour),
        receiver('redline_deployment_open', canary, 0),
      ],
    },
    rules,
  );
}

const amount = z.number().nullable();
const jsonReport = z.object({
  period: z.object({ hours: z.number(), occasions: z.array(z.string()) }),
  coverage: z.object({
    known_ratio: z.number(),
    known_from_unix_seconds: amount,
    gaps: z.array(z.unknown()),
  }),
  trading: z.object({
    window: z.string(),
    baseline: z.object({ source: z.string() }),
    overall: z.object({ trades: amount, win_ratio: amount, baseline_win_ratio: amount }),
    symbols: z.array(z.object({ symbol: z.string(), win_ratio: amount, baseline_win_ratio: amount })),
  }),
  finance: z.object({
    days: z.array(z.object({ date: z.string(), pnl_amount: amount, trades: amount })),
    drawdown_ratio: amount,
    highest_drawdown_ratio: amount,
    complete_days: z.object({ days: z.number(), sharpe_ratio: amount }),
  }),
  health: z.object({ engine_uptime_ratio: amount, error_ratio: amount, backend_uptime_ratio: amount }),
  retraining: z.object({ window: z.string(), per_day_and_symbol: amount, detail_window: z.string() }),
  alerts: z.object({
    fired: z.array(
      z.object({
        alertname: z.string(),
        labels: z.record(z.string(), z.string()),
        is_firing: z.boolean(),
        duration_seconds: z.number(),
        highest_value: amount,
        limits: z.array(amount),
      }),
    ),
  }),
  retraining_candidates: z.array(z.object({ symbol: z.string() })),
  operations: z.object({
    is_known: z.boolean(),
    rollbacks: z.array(z.object({ plan: z.string(), result: z.string() })),
    deployments: z.array(z.object({ model: z.string() })),
  }),
  checklists: z.array(
    z.object({
      occasion: z.string(),
      boxes: z.array(z.object({ text: z.string(), state: z.enum(['ticked', 'not_ticked', 'unknown']) })),
    }),
  ),
});

/** Runs a command of Redline that must succeed, and gives what it printed. */
async function redline({ configFile }: TradingPrometheus, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['--config', configFile, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/NaN|undefined|Infinity|\[object/);
  return stdout;
}

async function jsonOf(prometheus: TradingPrometheus, hours: number) {
  const text = await redline(prometheus, 'report', '--hours', String(hours), '--format', 'json');
  return jsonReport.parse(JSON.parse(text));
}

it('redline report answers each occasion from weeks of readings, in each format', async () => {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const prometheus = await startWeeks(now);

  const weekly = await jsonOf(prometheus, 168);
  expect(weekly.period.occasions).toEqual(['weekly']);
  expect(weekly.coverage).toMatchObject({ gaps: [] });
  expect(weekly.coverage.known_ratio).toBeGreaterThan(0.99);
  expect(weekly.trading).toMatchObject({ window: '7d', baseline: { source: 'previous_period' } });
  expect(weekly.trading.overall).toMatchObject({ trades: 210 });
  expect(weekly.trading.overall.win_ratio).toBeCloseTo(16 / 30, 6);
  const eth = weekly.trading.symbols.find(({ symbol }) => symbol === 'ETH/USDT');
  expect(eth?.win_ratio).toBeCloseTo(0.4, 6);
  expect(eth?.baseline_win_ratio).toBeCloseTo(0.5, 2);
  expect(weekly.finance.highest_drawdown_ratio).toBeCloseTo((10_050 - (10_000 - 3.5 * 20 - 900)) / 10_050, 2);
  expect(weekly.finance.days).toHaveLength(8);
  expect(weekly.finance.complete_days.days).toBe(7);
  expect(weekly.health.engine_uptime_ratio).toBeGreaterThan(0.9);
  expect(weekly.health.error_ratio).toBe(0.003);
  expect(weekly.health.backend_uptime_ratio).toBeNull();
  expect(weekly.retraining).toMatchObject({ window: '7d', per_day_and_symbol: 2 });
  const past = weekly.alerts.fired.find(
    ({ alertname, is_firing }) => alertname === 'PortfolioDrawdownElevated' && !is_firing,
  );
  expect(past?.duration_seconds).toBeCloseTo(4 * hour, -2);
  const firing = weekly.alerts.fired.find(({ alertname }) => alertname === 'WinRateLow');
  expect(firing).toMatchObject({ is_firing: true, limits: [0.45], labels: { symbol: 'ETH/USDT' } });
  expect(firing?.highest_value).toBeCloseTo(0.4, 6);
  expect(weekly.retraining_candidates.map(({ symbol }) => symbol)).toContain('ETH/USDT');
  expect(weekly.operations).toMatchObject({
    is_known: true,
    rollbacks: [{ plan: 'qsc', result: 'succeeded' }],
    deployments: [{ model: 'patchtst' }],
  });
  const states = Object.fromEntries(
    weekly.checklists.flatMap(({ boxes }) => boxes.map(({ text, state }) => [text, state])),
  );
  expect(states).toMatchObject({
    'All symbols perform': 'not_ticked',
    'Drawdown stayed within limits': 'not_ticked',
    'No significant gaps in the data': 'ticked',
    'All timeframes are updated': 'not_ticked',
    'P&L against target': 'unknown',
  });

  const midday = await jsonOf(prometheus, 6);
  expect(midday.period.occasions).toEqual(['midday']);
  expect(midday.trading.window).toBe('24h');
  expect(midday.alerts.fired.some(({ alertname }) => alertname === 'PortfolioDrawdownElevated')).toBe(false);
  expect(midday.alerts.fired.some(({ alertname }) => alertname === 'CandlesStale')).toBe(true);
  expect(midday.operations.rollbacks).toEqual([]);

  const daily = await jsonOf(prometheus, 24);
  expect(daily.checklists.map(({ occasion }) => occasion)).toEqual(['morning', 'end of day']);
  expect(daily.checklists[1]?.boxes).toContainEqual({ text: 'The database was backed up', state: 'ticked' });

  const monthly = await jsonOf(prometheus, 720);
  expect(monthly.trading.window).toBe('30d');
  expect(monthly.retraining.detail_window).toBe('7d');
  expect(monthly.coverage.known_from_unix_seconds).toBeGreaterThan(now - 16 * day);
  expect(monthly.coverage.known_ratio).toBeCloseTo(0.5, 1);

  const text = await redline(prometheus, 'report', '--hours', '168');
  expect(text).toContain('Trading report, 7 days');
  expect(text).toMatch(/\[ \] All symbols perform +fired: .*WinRateLow/);
  expect(text).not.toContain('\u001b');
  const monthlyText = await redline(prometheus, 'report', '--hours', '720');
  expect(monthlyText).toMatch(/! Prometheus knows the trading tables only since \d{4}-/);

  const markdown = await redline(prometheus, 'report', '--format', 'md');
  expect(markdown).toContain('# Trading report, 24 hours');
  expect(markdown).not.toContain('<script>');

  const file = join(prometheus.folder, 'reports', 'week.html');
  const written = await runProgram([
    ...['--config', prometheus.configFile, 'report', '--hours', '168', '--out', file],
  ]);
  expect(written).toMatchObject({ code: 0, stdout: '', stderr: `Report: ${file}\n` });
  const html = readFileSync(file, 'utf8');
  expect(html).not.toMatch(/<script|NaN|undefined|Infinity|(?:src|href)=|@import|url\(/);
  expect(html).toContain('&lt;script&gt;');
  expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(12);
}, 180_000);

it('redline report gives the journal, the baseline and a comparison with it; redline watch tells it once', async () => {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const prometheus = await startWeeks(now);

  const entry = await redline(prometheus, 'report', '--journal');
  expect(entry).toMatch(
    /^Date: \d{4}-\d\d-\d\d\nTrades: 30\nWin Rate: 53\.3% \(24h\)\nP&L: -?\$[\d.]+\nAlerts: .*WinRateLow ETH\/USDT \(critical\).*\nNotes: .*canary patchtst deployed .*rollback qsc succeeded.*\n$/,
  );
  const week = await redline(prometheus, 'report', '--journal', '--hours', '168');
  expect(week).toMatch(
    /^Week: .+ to .+\nTrades: 210\nWin Rate: 53\.3%\nWeekly P&L: .+\nNotable events: .+\nChanges made: .+\nNext week focus: .*ETH\/USDT/,
  );

  const baseline = await redline(prometheus, 'report', '--baseline');
  expect(baseline).toContain('  ETH/USDT: 40.0%\n');
  expect(baseline).toContain('  Overall: 53.3%\n');
  expect(baseline).toContain('  TRADING mode avg: 83.1%\n');
  expect(baseline).toContain('  Frequency: 2.0 per day per symbol\n');
  expect(baseline).toContain('  Avg duration: 4.2 minutes\n');
  expect(baseline).toContain('  Transitions: 12 per week\n');
  expect(baseline).toMatch(/ {2}Sharpe ratio: -?\d+\.\d\d\n/);
  expect(baseline).toContain('  Best day: $342.10\n');

  const file = join(prometheus.folder, 'baseline.txt');
  await runProgram(['--config', prometheus.configFile, 'report', '--baseline', '--out', file]);
  const against = await redline(prometheus, 'report', '--hours', '168', '--against', file);
  expect(against).toContain('System Baseline (');
  expect(against).toMatch(/ETH\/USDT +70 +40\.0% +40\.0% +\+0\.0 points/);

  const seen = await redline(prometheus, 'watch');
  expect(seen).toMatch(/CRITICAL WinRateLow/);
  expect(seen).toMatch(/ETH\/USDT 1h +40\.0% +66\.0% +LEARNING for 1h 3\dm/);
  expect(seen).toMatch(/Database +readable, intact/);
  expect(seen).not.toContain('\u001b');
  expect(seen).toContain(hostileSymbol.replace('\u001b', '\uFFFD'));
}, 180_000);

it('says what is missing where Prometheus has nothing, little, or a gap', async () => {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const empty = await startTradingPrometheus(now, undefined, undefined);
  const text = await redline(empty, 'report', '--hours', '168');
  expect(text).toContain('! Prometheus knows nothing of the trading tables in this time');
  expect(text).toContain('! Prometheus knows no alerting rule: nothing is judged.');
  expect(text).not.toMatch(/\[x\]|\$0\.00/);
  for (const format of ['md', 'html', 'json'])
    expect(await redline(empty, 'report', '--hours', '24', '--format', format)).not.toBe('');
  expect(await redline(empty, 'report', '--journal')).toMatch(
    /Trades: unknown\nWin Rate: unknown \(24h\)\nP&L: unknown\nAlerts: unknown/,
  );
  expect(await redline(empty, 'report', '--baseline')).toContain('  Overall: unknown\n');
  expect(await redline(empty, 'watch')).toContain('Prometheus knows no rule, nothing is judged');

  const young = await startTradingPrometheus(
    now,
    { series: tradingWeeks(now), hours: 5, gap: { from: 3, to: 2 } },
    rules,
  );
  const report = await jsonOf(young, 24);
  expect(report.coverage.gaps).toHaveLength(1);
  expect(report.coverage.known_ratio).toBeCloseTo(4 / 24, 1);
  expect(report.trading.overall.baseline_win_ratio).toBeNull();
  expect(report.operations.is_known).toBe(false);
  expect(await redline(young, 'report')).toMatch(/Nothing is known of \d{4}-.* to /);
}, 180_000);

it('refuses what makes no sense, and says so where Prometheus is silent', async () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) =>
    runProgram(args, undefined, { REDLINE_PROMETHEUS_URL: `http://127.0.0.1:${port}` });
  const port = await freePort();
  expect(await run('report')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('does not answer') as string,
  });
  expect(await run('report', '--hours', '0')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--hours "0"') as string,
  });
  expect(await run('report', '--hours', '2161')).toMatchObject({ code: 1 });
  expect(await run('report', '--against', join(folder, 'none'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot be read (ENOENT)') as string,
  });
  expect(await run('report', '--journal', '--baseline')).toMatchObject({ code: 1 });
  expect(await run('watch', '--interval', 'soon')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--interval "soon"') as string,
  });
  expect(await run('watch')).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('NOTHING IS KNOWN') as string,
  });
}, 60_000);

it('redline watch has a screen of its own on a terminal, and gives it back at Ctrl-C', async () => {
  const port = await freePort();
  // Without exec the shell between them gets the Ctrl-C too, and some shells end with a code of their own then.
  const command = `exec ${process.execPath} ${join(packageRoot, 'bin', 'redline.mjs')} watch --interval 1s`;
  // util-linux' script gives the program a terminal.
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: temporaryFolder(),
    env: { ...process.env, TERM: 'xterm', REDLINE_PROMETHEUS_URL: `http://127.0.0.1:${port}` },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  const ended = once(child, 'close');
  expect(await poll(() => (seen.split('NOTHING IS KNOWN').length > 2 ? true : undefined), 30)).toBe(true);
  expect(seen).toMatch(/^\u001b\[\?1049h\u001b\[\?25l/);
  child.stdin.write('\u0003');
  expect(await ended).toEqual([0, null]);
  expect(seen).toMatch(/\u001b\[\?25h\u001b\[\?1049l$/);
}, 60_000);
