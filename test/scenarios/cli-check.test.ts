import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { startAlertmanager } from '../../src/stack/servers.js';
import { CanaryStack } from '../support/canary-stack.js';
import { healthyEvents } from '../support/events.js';
import { startSlowPrometheus } from '../support/slow-prometheus.js';

const answerSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      what: z.string(),
      level: z.enum(['ok', 'warn', 'fail']),
      detail: z.string(),
      todo: z.string().optional(),
    }),
  ),
});

let stack: CanaryStack;
beforeAll(async () => {
  stack = await CanaryStack.start();
  await stack.startPart('alertmanager');
  await stack.writeEvents(healthyEvents(10));
  for (const job of ['redline-receiver', 'prometheus', 'alertmanager'])
    await stack.waitFor(`up{job="${job}"}`);
});
afterAll(async () => {
  await stack.stop();
});

/** What is not ok, as `level what: detail`. */
async function complaints(environment: NodeJS.ProcessEnv = {}) {
  const { code, stdout } = await stack.redlineWith(environment, 'check', '--json');
  const { ok, checks } = answerSchema.parse(JSON.parse(stdout));
  expect(code).toBe(ok ? 0 : 2);
  return checks
    .filter(({ level }) => level !== 'ok')
    .map(({ level, what, detail }) => `${level} ${what}: ${detail}`);
}

const noPager =
  "warn pager: only the receiver's own notification log is told, which is silent when the receiver is down";

describe('redline check', () => {
  it('finds nothing wrong with a whole stack but that nobody is paged', async () => {
    expect(await complaints()).toEqual([noPager]);
    const { code, stdout } = await stack.redline('check');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok {4}rollback plan qsc: script \(.*qsc_rollback\.sh\): executable and valid/);
    expect(stdout).toContain(
      'ok    rollback plan production: not set up, so that production cannot be declared',
    );
    expect(stdout).toMatch(/ok {4}alert rules: all \d+ are loaded/);
    expect(stdout).toContain('-> Add Slack, Telegram, PagerDuty or e-mail');
  });

  it('says that people are told where Alertmanager has another channel', async () => {
    const directory = mkdtempSync(join(stack.directory, 'alertmanager-'));
    const configFile = join(directory, 'alertmanager.yml');
    writeFileSync(join(directory, 'slack.url'), 'http://127.0.0.1:9/');
    writeFileSync(
      configFile,
      `route: {receiver: pager}
receivers:
  - name: pager
    slack_configs: [{api_url_file: slack.url, channel: '#incidents'}]
`,
    );
    const port = await freePort();
    const alertmanager = await startAlertmanager(directory, port, configFile);
    onTestFinished(() => alertmanager.stop());
    const said = await complaints({ REDLINE_ALERTMANAGER_URL: `http://127.0.0.1:${port}` });
    expect(said).toEqual([expect.stringMatching(/^warn rollback route: no webhook to http/)]);
  });

  it('names a token that everybody may read', async () => {
    const token = join(stack.directory, 'receiver.token');
    chmodSync(token, 0o644);
    const said = await complaints();
    chmodSync(token, 0o600);
    expect(said).toContainEqual(
      expect.stringMatching(/^fail receiver token: .* every user of this machine \(mode 644\)/),
    );
  });

  it('names a token that could be guessed', async () => {
    writeFileSync(join(stack.directory, 'short.token'), 'a-token-that-is-long-enough\nsecret\n', {
      mode: 0o600,
    });
    const said = await complaints({ REDLINE_RECEIVER_TOKEN_FILE: 'short.token' });
    expect(said).toContainEqual(
      expect.stringMatching(/^warn receiver token: .*short\.token holds one of 6 characters/),
    );
  });

  it('names a token that the receiver does not take', async () => {
    writeFileSync(join(stack.directory, 'other.token'), 'another-token-of-the-test\n', { mode: 0o600 });
    const said = await complaints({ REDLINE_RECEIVER_TOKEN_FILE: 'other.token' });
    expect(said).toEqual([noPager, expect.stringMatching(/^fail receiver: .* does not accept the token/)]);
  });

  it('names a rollback script that is missing or may not be executed, before it is needed', async () => {
    const script = stack.path('ops/model_safety/qsc_rollback.sh');
    renameSync(script, `${script}.away`);
    expect(await complaints()).toContainEqual(
      expect.stringMatching(/^fail rollback plan qsc: .*qsc_rollback\.sh does not exist/),
    );
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o644 });
    expect(await complaints()).toContainEqual(
      expect.stringMatching(/^fail rollback plan qsc: .*qsc_rollback\.sh is not executable \(chmod \+x it\)/),
    );
    renameSync(`${script}.away`, script);
  });

  it('names what a calibration would lack', async () => {
    const backup = stack.path('config/calibration_backup.json');
    const text = readFileSync(backup, 'utf8');
    writeFileSync(backup, '[]');
    const journalctl = join(stack.directory, 'journalctl');
    const hint = 'Hint: You are currently not seeing messages from other users and the system.';
    writeFileSync(journalctl, `#!/bin/sh\necho '${hint}' >&2\n`, { mode: 0o755 });
    const said = await complaints({
      REDLINE_JOURNAL_ENABLED: 'true',
      REDLINE_JOURNAL_JOURNALCTL: journalctl,
      REDLINE_SYSTEMD_HARVEST_PID_FILE: 'no.pid',
      REDLINE_FILES_INCIDENTS: 'config/calibration_backup.json/incidents',
    });
    writeFileSync(backup, text);
    expect(said).toEqual([
      expect.stringMatching(/^fail calibration backup: \S+calibration_backup\.json holds no JSON object$/),
      expect.stringMatching(/^warn harvest unit: \S+no\.pid names no process that runs$/),
      `fail journal: it cannot be read: ${hint}`,
      expect.stringMatching(/^fail incident files: \S+ cannot be written by this user$/),
      noPager,
    ]);
    rmSync(backup);
    expect(await complaints()).toContainEqual(
      expect.stringMatching(/^warn calibration backup: \S+ does not exist$/),
    );
    writeFileSync(backup, text);
  });

  it('names each scrape and each group of rules that comes too seldom, and the setting', async () => {
    const environment = { REDLINE_PROMETHEUS_URL: await startSlowPrometheus(stack) };
    const said = (await complaints(environment)).filter((line) => line.startsWith('fail pace'));
    expect(said).toEqual([
      expect.stringMatching(/^fail pace of redline-exporter: http:\S+ is scraped every 20s/),
      expect.stringMatching(/^fail pace of redline-receiver: http:\S+ is scraped every 20s/),
      'fail pace of the rules deployments: they are evaluated every 20s',
      'fail pace of the rules go-live: they are evaluated every 20s',
      'fail pace of the rules operations: they are evaluated every 20s',
      'fail pace of the rules playbook-financial: they are evaluated every 20s',
      'fail pace of the rules playbook-health: they are evaluated every 20s',
      'fail pace of the rules playbook-model: they are evaluated every 20s',
      'fail pace of the rules post-calibration: they are evaluated every 20s',
      'fail pace of the rules qsc-canary: they are evaluated every 20s',
      'fail pace of the rules redline: they are evaluated every 20s',
    ]);
    const { stdout } = await stack.redlineWith(environment, 'check');
    expect(stdout).toContain('-> Set scrape_interval of the job redline-receiver');
    expect(stdout).toContain('-> Set evaluation_interval (global)');
  });

  it('runs each custom metric once, and shows what it yields or what is wrong with it', async () => {
    const path = join(stack.directory, 'custom.db');
    const database = new Database(path);
    onTestFinished(() => {
      database.close();
    });
    database.exec(`CREATE TABLE orders (symbol TEXT, size REAL);
      INSERT INTO orders VALUES ('A', 1), ('B', 2.5), ('C', 3), ('D', 4), ('E', NULL)`);
    const sql = (name: string, query: string, more: object = {}): object => {
      return { name, help: 'Of the test.', sql: { query, labels: ['symbol'], database: path }, ...more };
    };
    const query = 'SELECT symbol, size AS value FROM orders';
    const custom = [
      sql('mybot_size', query),
      sql('mybot_few_total', query, { series_limit: 2 }),
      sql('mybot_none', `${query} WHERE size > 9`),
      sql('mybot_wrong', 'SELECT symbol, sise AS value FROM orders'),
      sql('mybot_write', 'DELETE FROM orders RETURNING symbol, size AS value'),
      { name: 'mybot_key', help: 'Of the test.', redis: { key: 'mybot:missing' } },
    ];
    const environment = { REDLINE_CUSTOM: JSON.stringify(custom) };
    const { code, stdout } = await stack.redlineWith(environment, 'check');
    expect(code).toBe(2);
    const lines = stdout.split('\n');
    const start = lines.findIndex((line) => line.includes('custom metric'));
    const refusal = 'a query must be one statement that only reads: SELECT, WITH or VALUES';
    expect(lines.slice(start, start + 15)).toEqual([
      'ok    custom metric mybot_size: mybot_size{symbol="A"} 1; mybot_size{symbol="B"} 2.5; mybot_size{symbol="C"} 3; and 1 more',
      'warn  custom metric mybot_size: value of {symbol="E"} is NULL and no number',
      '      -> Such series are left out and counted: correct the query (GROUP BY, coalesce, WHERE).',
      'ok    custom metric mybot_few_total: mybot_few_total{symbol="A"} 1; mybot_few_total{symbol="B"} 2.5',
      'warn  custom metric mybot_few_total: more series than series_limit, 2',
      '      -> Further ones are left out: group by less, order by what counts, or raise series_limit.',
      expect.stringMatching(/^warn {2}custom metric mybot_few_total: mybot_few_total is a gauge, /),
      '      -> Name it without _total.',
      'ok    custom metric mybot_none: no series at the moment',
      'FAIL  custom metric mybot_wrong: no such column: sise',
      '      -> Correct the query: it can be tried with sqlite3 -readonly.',
      `FAIL  custom metric mybot_write: ${refusal}`,
      '      -> Write one statement that only reads.',
      'FAIL  custom metric mybot_key: Redis has no key mybot:missing',
      '      -> Correct key and path, or see that it is written.',
    ]);
  });

  it('looks at the trade tables: readable, without a write-ahead log, damaged, missing', async () => {
    const path = join(stack.directory, 'checked.db');
    const environment = { REDLINE_DATABASE_ENABLED: 'true', REDLINE_DATABASE_PATH: path };
    const said = async (): Promise<string[]> =>
      (await complaints(environment)).filter((line) => line.includes('trade tables'));
    expect(await said()).toEqual([expect.stringMatching(/^fail trade tables: .*ENOENT/)]);
    const database = new Database(path);
    database.exec('CREATE TABLE trade_outcomes (symbol TEXT)');
    expect(await said()).toEqual([
      expect.stringMatching(/^warn trade tables: .*1 tables, journal mode delete/),
    ]);
    database.pragma('journal_mode = WAL');
    expect(await said()).toEqual([]);
    database.close();
    writeFileSync(path, 'no database, and longer than the header of one. '.repeat(20));
    expect(await said()).toEqual([expect.stringMatching(/^fail trade tables: .*not a database/)]);
    const { stdout } = await stack.redlineWith(environment, 'check');
    expect(stdout).toContain('-> Restore it from a backup (docs/backup.md).');
  });

  it('names everything that does not answer, and stands itself', async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    const said = await complaints({
      REDLINE_REDIS_URL: `redis://${nowhere}`,
      REDLINE_PROMETHEUS_URL: `http://${nowhere}`,
      REDLINE_ALERTMANAGER_URL: `http://${nowhere}`,
      REDLINE_EXPORTER_LISTEN: nowhere,
      REDLINE_RECEIVER_URL: `http://${nowhere}`,
    });
    expect(said.map((line) => line.split(':')[0])).toEqual([
      'fail Redis',
      'fail exporter',
      'fail Prometheus',
      'fail Alertmanager',
      'fail receiver',
    ]);
  });
});
