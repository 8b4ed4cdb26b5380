import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import { answersOk } from '../../src/stack/servers.js';
import { CanaryStack } from '../support/canary-stack.js';
import { healthyEvents } from '../support/events.js';
import { startServer } from '../support/prometheus-server.js';
import { rulesFolder } from '../support/rule-files.js';
import { temporaryFolder } from '../support/workspace.js';

/** A Prometheus that scrapes nothing and judges what is sent to it. @returns its address */
async function startJudge(folder: string): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const global = { evaluation_interval: '1s' };
  await startServer({
    program: 'prometheus',
    folder,
    port,
    config: { global, rule_files: [join(rulesFolder, '*.yml')] },
    args: [`--storage.tsdb.path=${join(folder, 'data')}`, '--web.enable-remote-write-receiver'],
    ready: () => answersOk(`${url}/-/ready`),
  });
  return url;
}

/** A Prometheus in agent mode, which scrapes and sends. */
async function startAgent(folder: string, jobs: readonly object[], judge: string): Promise<void> {
  const port = await freePort();
  await startServer({
    program: 'prometheus',
    folder,
    port,
    config: {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: jobs,
      remote_write: [{ url: `${judge}/api/v1/write`, queue_config: { batch_send_deadline: '500ms' } }],
    },
    args: ['--enable-feature=agent', `--storage.agent.path=${join(folder, 'data')}`],
    ready: () => answersOk(`http://127.0.0.1:${port}/-/ready`),
  });
}

const checks = z.object({
  checks: z.array(z.object({ what: z.string(), level: z.string(), detail: z.string() })),
});

it('a Prometheus that an agent feeds judges like one that scrapes: check and gate take what `up` says for its targets', async () => {
  const stack = await CanaryStack.start();
  onTestFinished(() => stack.stop());
  const folder = temporaryFolder();
  const judge = await startJudge(join(folder, 'judge'));
  const { exporter, receiver } = stack.config;
  const address = ({ listen }: typeof exporter | typeof receiver): string => `127.0.0.1:${listen.port}`;
  const environment = { REDLINE_PROMETHEUS_URL: judge };
  const check = async (): Promise<Map<string, string>> => {
    const { stdout } = await stack.redlineWith(environment, 'check', '--json');
    return new Map(
      checks.parse(JSON.parse(stdout)).checks.map(({ what, level, detail }) => [what, `${level}: ${detail}`]),
    );
  };
  expect((await check()).get('scrape of redline-exporter')).toBe('fail: no such job');

  const down = `127.0.0.1:${await freePort()}`;
  const jobs = [
    { job_name: 'redline-exporter', static_configs: [{ targets: [address(exporter)] }] },
    { job_name: 'redline-receiver', static_configs: [{ targets: [address(receiver)] }] },
    { job_name: 'alertmanager', static_configs: [{ targets: [down] }] },
  ];
  await startAgent(join(folder, 'agent'), jobs, judge);
  const said = await poll(async () => {
    const lines = await check();
    return lines.get('scrape of redline-exporter')?.startsWith('ok') === true ? lines : undefined;
  }, 30);
  expect(said?.get('scrape of redline-exporter')).toBe(`ok: ${address(exporter)}`);
  expect(said?.get('scrape of alertmanager')).toBe(
    `fail: ${down} is down: whoever scrapes it gets no answer`,
  );
  const pace = await poll(async () => {
    const line = (await check()).get('pace of Prometheus');
    return line?.startsWith('ok') === true ? line : undefined;
  }, 30);
  expect(pace).toBeDefined();

  const cutover = await stack.writeEvents(healthyEvents(200));
  const { code, stdout, stderr } = await stack.redlineWith(environment, 'gate', '--after', String(cutover));
  expect({ code, stderr }, stdout).toMatchObject({ code: 0 });
}, 120_000);
