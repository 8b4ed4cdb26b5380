import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { metricsAsJson, metricsAsMarkdown, metricsAsText } from '../../../src/commands/metrics-listing.js';
import { exporterMetric, receiverMetric } from '../../../src/names.js';
import { packageRoot } from '../../../src/platform/package-root.js';

const names = [...Object.values(exporterMetric), ...Object.values(receiverMetric)];

describe('docs/metrics.md', () => {
  it('is what `redline metrics --markdown` writes', async () => {
    expect(readFileSync(join(packageRoot, 'docs', 'metrics.md'), 'utf8')).toBe(await metricsAsMarkdown());
  });

  it('lists every metric of exporter and receiver, once', async () => {
    const markdown = await metricsAsMarkdown();
    for (const name of names) expect(markdown.split(`| \`${name}\` |`)).toHaveLength(2);
  });
});

describe('the other lists', () => {
  it('hold every metric, with its type and what it means', async () => {
    const text = await metricsAsText();
    for (const name of names) expect(text).toMatch(new RegExp(`^${name}(\\{.*\\})?$`, 'm'));
    const listed = z
      .array(
        z.object({
          program: z.enum(['exporter', 'receiver']),
          name: z.string(),
          type: z.enum(['gauge', 'counter', 'histogram']),
          help: z.string().min(5),
        }),
      )
      .parse(JSON.parse(await metricsAsJson()));
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(listed.find(({ name }) => name === receiverMetric.deliveryLag)?.type).toBe('histogram');
  });
});
