import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { formatTime } from '../../src/reports/numbers.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { writeHistory } from '../support/history.js';
import { chainFacts } from '../support/ledger-history.js';
import {
  firstOrderAfter,
  observedFacts,
  observedPast,
  observedSeries,
  type ObservedPast,
} from '../support/observed-past.js';
import { observedRuleFiles } from '../support/observed-rules.js';
import { ReceiverBench } from '../support/receiver.js';

const goLivePlan = {
  methods: [
    {
      name: 'marker',
      command: ['/bin/rm', '-f', 'go_live.active'],
      timeout: '10s',
      verify: [{ file_absent: 'go_live.active' }],
    },
    { name: 'ess', command: ['/bin/true'], timeout: '30s' },
  ],
};

interface Bed {
  readonly bench: ReceiverBench;
  readonly past: ObservedPast;
}

/** A receiver whose ledger tells of these deployments, and a Prometheus that kept their readings and alerts. */
async function startBed(): Promise<Bed> {
  const now = Math.floor(Date.now() / 1000);
  const past = observedPast(now);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bench = await ReceiverBench.create({
    rollbacks: { 'go-live': goLivePlan },
    config: { prometheus: { url } },
  });
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  await writeHistory(folder, observedSeries(past, now));
  const configFile = join(folder, 'prometheus.yml');
  const config = { global: { evaluation_interval: '1s' }, rule_files: observedRuleFiles(folder) };
  writeFileSync(configFile, stringify(config));
  const prometheus = await startPrometheus(folder, port, configFile);
  onTestFinished(() => prometheus.stop());
  const client = new PrometheusClient(url, 10);
  const evaluated = await poll(async () => {
    const rules = await client.alertingRules();
    return rules.length > 0 && rules.every(({ health }) => health === 'ok') ? true : undefined;
  }, 60);
  if (evaluated !== true) throw new Error('Prometheus does not evaluate the rules');
  const state = join(bench.folder, 'state');
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, 'ledger.jsonl'), `${chainFacts(observedFacts(past)).lines.join('\n')}\n`);
  await bench.start();
  return { bench, past };
}

/** A section of a Markdown report. */
function sectionOf(markdown: string, title: string): string {
  const [, after] = markdown.split(`\n## ${title}`);
  if (after === undefined) throw new Error(`there is no section "${title}" in:\n${markdown}`);
  return after.split('\n## ')[0] ?? '';
}

const clock = (time: number): string => formatTime(time).slice(11, 19);

it('redline observe reports go-lives under way, passed and rolled back, and a calibration', async () => {
  const { bench, past } = await startBed();
  const observe = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await bench.redline('observe', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/NaN|undefined|Infinity|\[object|Not answered/);
    return stdout;
  };

  // The newest one, which is under way.
  const underWay = await observe();
  expect(underWay).toContain('# Go-live observation report');
  expect(sectionOf(underWay, 'Observation period')).toMatch(/Status: in progress/);
  expect(sectionOf(underWay, 'Observation period')).toMatch(/Planned end: .* \(pending, 1h \d\dm left\)/);
  const log = sectionOf(underWay, 'Observation log');
  expect(log).toMatch(/T\+30 min \| \S+ \| taken \| none/);
  expect(log).toContain(`| T+60 min | ${formatTime(past.underWay.started_at + 3600)} | pending |`);
  expect(log).toMatch(/Result of the day within the limit \| .*pending \| pending \| pending \| -2%, -0\.5%/);
  expect(sectionOf(underWay, 'Success criteria')).toMatch(/Open positions \| at most 2 \| MONITORING \| 1/);
  expect(sectionOf(underWay, 'Conclusion')).toMatch(/Recommendation: PENDING/);
  expect(sectionOf(underWay, 'Next steps')).toMatch(/- \[ \] Values at T\+120 min \(pending: /);

  // The one that passed.
  const passed = await observe('--deployment', past.passed.id);
  const initial = sectionOf(passed, 'Initial system state');
  expect(initial).toMatch(/Health endpoint: operational \(HTTP 200 in 0\.012s\)/);
  expect(initial).toMatch(/API latency P50: 0\.0\d+s/);
  expect(initial).toContain('| /health | 200 |');
  expect(initial).toContain('| binance | 89 | 0 | 0 |');
  expect(initial).toContain('| execution-rebalance | 1 | no series | 23s');
  expect(initial).toContain('Cache hit rate: 80.0%');
  expect(initial).toContain('Highest leverage: unknown');
  const critical = sectionOf(passed, 'Monitoring checklist: Critical');
  expect(critical).toMatch(/- \[x\] Emergency stop inactive: at most 0 \(0\)/);
  expect(critical).toMatch(
    /- \[x\] Result of the day within the limit: above -0\.5% \(-0\.1\d?% to 0\.0\d?%/,
  );
  expect(critical).toContain('ALLOW 12 (75.0%), BLOCK 4 (25.0%)');
  expect(sectionOf(passed, 'Monitoring checklist: Anomalies')).toContain(
    `First real order: documented with its time (seen ${formatTime(past.passed.started_at + firstOrderAfter)})`,
  );
  const course = sectionOf(passed, 'Observation log');
  expect(course).toMatch(
    new RegExp(
      `T\\+60 min \\| \\S+ \\| taken \\| ${clock(past.passed.started_at + firstOrderAfter)} GoLiveFirstOrder`,
    ),
  );
  expect(course).toContain('\\$10,000.00');
  const success = sectionOf(passed, 'Success criteria');
  expect(success).toMatch(/Leverage \| within the limit \| PASS \| silent, and its input was there/);
  expect(success).not.toMatch(/FAIL|MONITORING/);
  const issues = sectionOf(passed, 'Issues identified');
  expect(issues).toMatch(/warning \| CandlesStale/);
  expect(issues).toContain('| backend\\_health | 99.0% |');
  expect(sectionOf(passed, 'Actions taken')).toContain('### Rollbacks\n\nNone.');
  expect(sectionOf(passed, 'Rollback procedures')).toMatch(
    /1 \| marker \| \/bin\/rm -f go\\_live\.active \| 10s \| go\\_live\.active is absent/,
  );
  expect(sectionOf(passed, 'Conclusion')).toMatch(/Recommendation: PROCEED/);

  // The one that was rolled back, with text of others that would be markup.
  const rolledBack = await observe('--deployment', past.rolledBack.id);
  expect(sectionOf(rolledBack, 'Observation log')).toMatch(/T\+37 min 12 s, end of the observation/);
  expect(sectionOf(rolledBack, 'Observation log')).toMatch(/T\+120 min \| \S+ \| not reached/);
  expect(sectionOf(rolledBack, 'Failure criteria')).toMatch(
    /Open positions \| at most 2 \| \*\*FAIL\*\* \| fired .*3 \(limit 2\)/,
  );
  expect(sectionOf(rolledBack, 'Issues identified')).toMatch(
    /GoLivePositionLimit .*\*\*yes: go-live-rollback-1\*\*/,
  );
  expect(sectionOf(rolledBack, 'Issues identified')).toMatch(
    /GoLiveCircuitBreakerOpen .*evidence of a rollback/,
  );
  expect(sectionOf(rolledBack, 'Actions taken')).toMatch(
    /marker \| \S+ \| exit 0 after .* \| verified: file\\_absent/,
  );
  expect(sectionOf(rolledBack, 'Conclusion')).toMatch(
    /Rolled back and verified .*GoLivePositionLimit: 3 positions are open/,
  );
  expect(sectionOf(rolledBack, 'Conclusion')).toMatch(/Recommendation: \*\*ROLLED BACK\*\*/);
  expect(rolledBack).not.toMatch(/<script|<b>|(?<!\\)\*\*x\*\*/);

  // One that ended before half a minute was over.
  const brief = await observe('--deployment', past.brief.id);
  expect(sectionOf(brief, 'Observation period')).toMatch(/\(12s\)/);
  expect(brief).not.toContain('Prometheus knows nothing of the exporter');

  // A calibration has the same form, with its own alerts and the edges of its phases.
  const calibrated = await observe('--deployment', past.calibration.id);
  expect(calibrated).toContain('# Calibration observation report');
  expect(sectionOf(calibrated, 'Observation log')).toMatch(/T\+30 min, end of phase A/);
  expect(sectionOf(calibrated, 'Observation log')).toMatch(
    /T\+24 h, end of phase C \| \S+ \| taken \| \S+ DrawdownAboveNormal/,
  );
  expect(sectionOf(calibrated, 'Monitoring checklist: Secondary')).toMatch(
    /- \[ \] DrawdownAboveNormal .*fired .*3\.3%/,
  );
  expect(sectionOf(calibrated, 'Initial system state')).toMatch(/drawdown \| 0\.02 \| 0\.015 \| history/);
  expect(sectionOf(calibrated, 'Failure criteria')).toMatch(/CalibrationReloaded.*\| (PASS|UNKNOWN) \|/);
  expect(sectionOf(calibrated, 'Conclusion')).toMatch(/Recommendation: PROCEED/);
  expect(calibrated).not.toContain('GoLive');
}, 240_000);

it('redline observe writes HTML and the handover of one that passed, and says why there is none', async () => {
  const { bench, past } = await startBed();
  const file = join(bench.folder, 'reports', 'go-live.html');
  const handover = join(bench.folder, 'reports', 'go-live-handover.html');
  const written = await bench.redline(
    ...['observe', '--deployment', past.passed.id, '--out', file, '--handover'],
  );
  expect(written).toEqual({ code: 0, stdout: '', stderr: `Report: ${file}\nHandover: ${handover}\n` });
  const html = readFileSync(file, 'utf8');
  expect(html).not.toMatch(/<script|<b>|NaN|undefined|Infinity|(?:src|href)=|@import|url\(/);
  expect(html).toContain('Kari &lt;b&gt;Nordmann&lt;/b&gt;');
  expect(html).toContain('<svg ');
  const next = readFileSync(handover, 'utf8');
  expect(next).toContain('Go-live handover');
  expect(next).toMatch(/GoLivePositionLimit<\/td>.*?>2<\/td>/s);
  expect(next).toContain('To be filled in by the person who hands over.');

  const other = join(bench.folder, 'reports', 'rolled-back.html');
  const refused = await bench.redline(
    ...['observe', '--deployment', past.rolledBack.id, '--out', other, '--handover'],
  );
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/No handover: go-live-1 has not passed its observation: ROLLED BACK/);
  expect(readFileSync(other, 'utf8')).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(readFileSync(other, 'utf8')).not.toContain('<script');
  expect(existsSync(join(bench.folder, 'reports', 'rolled-back-handover.html'))).toBe(false);

  const pending = await bench.redline('observe', '--handover');
  expect(pending).toMatchObject({ code: 2, stderr: expect.stringContaining('PENDING') as string });
  const unknown = await bench.redline('observe', '--deployment', 'go-live-22');
  expect(unknown).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no deployment "go-live-22"') as string,
  });
  const json = await bench.redline('observe', '--out', join(bench.folder, 'x.json'));
  expect(json).toMatchObject({ code: 1, stderr: expect.stringContaining('Markdown or HTML') as string });
}, 240_000);
