import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { readRunbookChecks } from '../../src/reports/runbook-checks.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { temporaryFolder } from '../support/workspace.js';

interface RuleOptions {
  readonly expr?: string;
  readonly rollback?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rule = (
  alert: string,
  { expr = 'vector(1) > 2', rollback, annotations = {} }: RuleOptions,
): object => ({
  alert,
  expr,
  labels: { runbook: 'the-test', severity: 'critical', ...(rollback === undefined ? {} : { rollback }) },
  annotations,
});
const present = 'vector(0.5)';
const absent = 'series_that_nobody_exports';

it('tells a rule with nothing to judge from one that finds nothing wrong', async () => {
  const folder = temporaryFolder();
  const rules = [
    rule('Judged', { rollback: 'qsc', annotations: { query: present, limit: '0.7' } }),
    rule('Blind', { rollback: 'qsc', annotations: { query: absent, limit: '0.7' } }),
    rule('HalfBlind', {
      rollback: 'qsc',
      annotations: { query: present, limit: '0.7', query_2: absent, limit_2: '1' },
    }),
    rule('BlindBand', {
      rollback: 'qsc',
      annotations: { query: absent, limit: '0.5', query_2: absent, limit_2: '0.8' },
    }),
    rule('WithoutQuery', { rollback: 'qsc' }),
    rule('BlindAndTelling', { annotations: { query: absent, limit: '120' } }),
    rule('WithoutLimit', { annotations: { query: present, limit: absent } }),
    rule('AfterRollback', {
      expr: 'time() - redline_rollback_ended_timestamp_seconds > 120',
      annotations: { query: absent, limit: '120' },
    }),
    rule('BlindAndFiring', {
      expr: 'vector(1)',
      rollback: 'qsc',
      annotations: { query: absent, limit: '1' },
    }),
  ];
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'the-test', rules }] }));
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(
    configFile,
    stringify({ global: { evaluation_interval: '1s' }, rule_files: [join(folder, 'rules.yml')] }),
  );
  const port = await freePort();
  const server = await startPrometheus(folder, port, configFile);
  onTestFinished(() => server.stop());
  const prometheus = new PrometheusClient(`http://127.0.0.1:${port}`, 5);

  const loaded = await poll(async () => {
    const all = await prometheus.alertingRules();
    return all.length === rules.length && all.every(({ health }) => health === 'ok') ? all : undefined;
  }, 30);
  const checks = await readRunbookChecks(prometheus, loaded ?? [], 'the-test');

  expect(Object.fromEntries(checks.map(({ alertname, state }) => [alertname, state]))).toEqual({
    Judged: 'ok',
    Blind: 'unknown',
    HalfBlind: 'unknown',
    BlindBand: 'unknown',
    WithoutQuery: 'ok',
    BlindAndTelling: 'unknown',
    WithoutLimit: 'unknown',
    AfterRollback: 'not judged',
    BlindAndFiring: 'firing',
  });
});
