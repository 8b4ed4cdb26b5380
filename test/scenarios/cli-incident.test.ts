import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PrometheusClient } from '../../src/alerts/prometheus.js';
import { freePort } from '../../src/platform/free-port.js';
import { formatTime } from '../../src/reports/numbers.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import { writeHistory } from '../support/history.js';
import { headings, parseMarkdown } from '../support/markdown.js';
import { ReceiverBench, scriptPlan } from '../support/receiver.js';

const day = 86_400;

function alert(name: string, expr: string, labels: object = {}, annotations: object = {}): object {
  return { alert: name, expr, labels: { severity: 'warning', ...labels }, annotations };
}

/** A trading system that Redline watches, and a Prometheus in which these alerts fire, fired and never did. */
async function start(): Promise<{ bench: ReceiverBench; canary: string; fired: number }> {
  const port = await freePort();
  const bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    scripts: { 'roll.sh': 'rm -f bad' },
    config: { prometheus: { url: `http://127.0.0.1:${port}` }, journal: { enabled: false } },
  });
  await bench.start();
  const { id: canary } = await bench.startCanary();
  const fired = Math.floor(Date.now() / 1000) - 3 * day;
  const past = `alertname="Past",severity="critical",deployment="${canary}"`;
  const series = (name: string, value: number, from = fired) => ({
    series: name,
    from,
    to: fired + 600,
    value: () => value,
  });
  await writeHistory(bench.folder, [
    series(`ALERTS{${past},alertstate="firing"}`, 1),
    series(`ALERTS_FOR_STATE{${past}}`, fired),
    series('past_ratio{model="x"}', 0.912),
    series('ALERTS{alertname="Past",model="b",alertstate="firing"}', 1, fired - 60),
    series('ALERTS_FOR_STATE{alertname="Past",model="b"}', fired - 60),
    series('ALERTS{alertname="Pending",alertstate="pending"}', 1),
  ]);
  const rules = [
    alert('Firing', 'vector(1)', { deployment: canary }, { description: 'is {{ $value }}', limit: '0.5' }),
    alert('Past', 'past_ratio > 0.85', {}, { summary: '{{ $value }}', query: 'past_ratio', limit: '0.85' }),
    alert('Pending', 'vector(0) > 1'),
  ];
  writeFileSync(join(bench.folder, 'rules.yml'), stringify({ groups: [{ name: 'test', rules }] }));
  const config = { global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] };
  writeFileSync(join(bench.folder, 'prometheus.yml'), stringify(config));
  const prometheus = await startPrometheus(bench.folder, port, join(bench.folder, 'prometheus.yml'));
  onTestFinished(() => prometheus.stop());
  const client = new PrometheusClient(`http://127.0.0.1:${port}`, 5);
  const fires = await poll(async () => ((await client.query('ALERTS')).length > 0 ? true : undefined), 30);
  expect(fires).toBe(true);
  return { bench, canary, fired };
}

it('redline incident new writes down an alert that fires, or that fired, and refuses all others', async () => {
  const { bench, canary, fired } = await start();
  const folder = join(bench.root, 'reports', 'incidents');

  const firing = await bench.redline('incident', 'new', 'Firing', '--deployment', canary);
  expect(firing).toMatchObject({ code: 0, stderr: '' });
  const path = firing.stdout.trim();
  expect(path).toMatch(new RegExp(`^${folder}/firing-\\d{8}t\\d{6}z\\.md$`));
  expect(statSync(path).mode & 0o777).toBe(0o640);
  const text = readFileSync(path, 'utf8');
  expect(headings(await parseMarkdown(text))[0]).toBe('# Incident: Firing fired during canary patchtst');
  expect(text).toContain('- **Status:** **OPEN: the alert fires**');
  expect(text).toContain('- **Value and limit:** is 1');
  expect(text).toContain(`Deployment \`${canary}\` declared`);
  expect(readdirSync(path.slice(0, -'.md'.length))).toContain('firing-alerts.txt');
  expect(readFileSync(join(path.slice(0, -'.md'.length), 'firing-alerts.txt'), 'utf8')).toMatch(
    /^warning Firing since .*: is 1 \{/,
  );
  // Written again it stands beside the first.
  const again = await bench.redline('incident', 'new', 'Firing');
  expect(basename(again.stdout.trim())).toBe(`${basename(path, '.md')}-2.md`);

  // That the receiver is down is said, and keeps nobody from it.
  await bench.kill('SIGKILL');
  const past = await bench.redline('incident', 'new', 'Past');
  expect(past.code).toBe(0);
  expect(past.stderr).toContain(`The file will not say when ${canary} was declared.`);
  const told = readFileSync(past.stdout.trim(), 'utf8');
  expect(told).toContain('- **Severity:** critical');
  expect(told).toContain('- **Status:** the alert is silent; root cause open');
  expect(told).toContain('- **Value and limit:** 0.9120, limit 0.85');
  expect(told).toContain('- It fired for: 10m 00s.');
  expect(told).toContain(`- ${formatTime(fired)} Violation began: \`Past\``);
  expect(told).toContain(`- ${formatTime(fired + 600)} Last seen to fire`);
  expect(told).toContain(`- ${formatTime(fired - 60)} \`Past\` \`{alertname="Past", model="b"}\``);
  expect(told).not.toContain('{{');

  const written = readdirSync(folder).length;
  expect(await bench.redline('incident', 'new', 'Past', '--deployment', 'other')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'Past does not fire for other, and has not in the last 30 days',
    ) as string,
  });
  expect(await bench.redline('incident', 'new', 'Pending')).toMatchObject({ code: 2, stdout: '' });
  expect(await bench.redline('incident', 'new', 'Fring')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /Did you mean "Firing"\?\nThe alerts are: Firing, Past, Pending\./,
    ) as string,
  });
  expect(readdirSync(folder)).toHaveLength(written);
});

it('redline incident new says that it can say nothing where Prometheus is silent', async () => {
  const bench = await ReceiverBench.create({ rollbacks: scriptPlan('roll.sh') });
  mkdirSync(join(bench.root, 'reports'));
  expect(await bench.redline('incident', 'new', 'QscDeadZone')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('does not answer') as string,
  });
  expect(existsSync(join(bench.root, 'reports', 'incidents'))).toBe(false);
});
