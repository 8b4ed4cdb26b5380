import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricsAsMarkdown } from '../../../src/commands/metrics-listing.js';
import { exporterMetric } from '../../../src/names.js';
import { packageRoot } from '../../../src/platform/package-root.js';

describe('docs/metrics.md', () => {
  it('is what `redline metrics --markdown` writes', () => {
    expect(readFileSync(join(packageRoot, 'docs', 'metrics.md'), 'utf8')).toBe(metricsAsMarkdown());
  });

  it('lists every metric of the exporter', () => {
    const markdown = metricsAsMarkdown();
    for (const name of Object.values(exporterMetric)) expect(markdown).toContain(`| \`${name}\` |`);
  });
});
