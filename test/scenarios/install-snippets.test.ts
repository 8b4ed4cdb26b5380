import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';
import { rulesFolder } from '../support/rule-files.js';
import { runTool } from '../support/tools.js';
import { temporaryFolder } from '../support/workspace.js';

/** The guide's YAML, one text a block. */
const blocks = [
  ...readFileSync(join(packageRoot, 'docs', 'install.md'), 'utf8').matchAll(/```yaml\n(.*?)```/gs),
].map(([, text]) => text ?? '');

function blockWith(key: string): string {
  const found = blocks.filter((text) => text.startsWith(`${key}:`));
  expect(found, `blocks that begin with ${key}`).toHaveLength(1);
  return found[0] ?? '';
}

function shipped(path: string): unknown {
  return parse(readFileSync(join(packageRoot, path), 'utf8'));
}

const jobs = z.object({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) });
const routes = z.object({ route: z.object({ routes: z.array(z.looseObject({ receiver: z.string() })) }) });

it("what the guide adds to somebody's Prometheus is valid, with the rules, and as it is shipped", async () => {
  const folder = temporaryFolder();
  cpSync(rulesFolder, join(folder, 'redline'), { recursive: true });
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, blockWith('rule_files'));
  const { ok, output } = await runTool('promtool', ['check', 'config', config]);
  expect(ok, output).toBe(true);

  const added = jobs.parse(parse(blockWith('rule_files'))).scrape_configs;
  const ours = jobs.parse(shipped('prometheus/prometheus.yml')).scrape_configs;
  expect(added).toEqual(ours.filter(({ job_name: name }) => added.some((job) => job.job_name === name)));
});

it("what the guide adds to somebody's Alertmanager is valid, and as it is shipped", async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, blockWith('route'));
  writeFileSync(join(folder, 'receiver.token'), 'secret');
  const { ok, output } = await runTool('amtool', ['check-config', config]);
  expect(ok, output).toBe(true);

  const added = routes.parse(parse(blockWith('route'))).route.routes;
  const ours = routes.parse(shipped('alertmanager/alertmanager.yml')).route.routes;
  expect(stringify(added)).toEqual(stringify(ours.filter(({ receiver }) => receiver === 'redline-rollback')));
});
