import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { customMetricHint } from '../../src/config/custom-settings.js';
import { parseConfig } from '../../src/config/load.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { startExporter } from '../support/exporter.js';
import { redisOn } from '../support/redis-layouts.js';
import { runTool } from '../support/tools.js';
import { connectTo } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

const text = readFileSync(join(packageRoot, 'docs', 'custom-metrics.md'), 'utf8');

/** The blocks of code of one language. */
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block ?? '');

const [configuration = '', rules = ''] = blocks('yaml');
const { custom } = z
  .object({ custom: z.array(z.looseObject({ name: z.string() })) })
  .parse(parse(configuration));

it('the examples yield what is written below them', async () => {
  const port = await freePort();
  await redisOn(port);
  await connectTo(port).set('mybot:account', blocks('json')[0] ?? '');
  const folder = temporaryFolder();
  const database = new Database(join(folder, 'trading.db'));
  database.exec(blocks('sql')[0] ?? '');
  database.close();
  const exporter = await startExporter(
    () => ({
      custom,
      database: { enabled: false, path: 'trading.db' },
      redis: { url: `redis://127.0.0.1:${port}` },
    }),
    folder,
  );
  const said = await poll(async () => {
    const page = await exporter.scrape();
    return Object.keys(page.named('redline_custom_up')).length === custom.length ? page : undefined;
  }, 30);
  const lines = said?.text.split('\n').filter((line) => line.startsWith('mybot_'));
  expect(lines).toEqual(blocks('text')[0]?.trim().split('\n'));
});

it('the example of rules is what Prometheus takes, and asks for what the exporter says', async () => {
  const file = join(temporaryFolder(), 'rules.yml');
  writeFileSync(file, rules);
  expect(await runTool('promtool', ['check', 'rules', file])).toMatchObject({ ok: true });
  expect(custom.map(({ name }) => name)).toContain('mybot_margin_ratio');
});

it('the example in redline.example.yml is usable once it is no comment', () => {
  const example = readFileSync(join(packageRoot, 'redline.example.yml'), 'utf8');
  const [, commented = ''] = example.split('custom: []\n');
  const uncommented = `custom:\n${commented.replaceAll(/^# /gm, '  ')}`;
  const metrics = parseConfig(parse(uncommented), 'the example').custom;
  expect(metrics.map(({ name }) => name)).toEqual(['mybot_open_orders', 'mybot_margin_ratio']);
  const defaults = parseConfig({ custom: [{ ...custom[0] }] }, 'the test').custom;
  expect(metrics[0]).toEqual(defaults[0]);
  expect(metrics.flatMap((metric) => customMetricHint(metric) ?? [])).toEqual([]);
});
