import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { job } from '../../src/names.js';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { startPrometheus } from '../../src/stack/servers.js';
import type { CanaryStack } from './canary-stack.js';

/**
 * Starts a Prometheus for a stack that scrapes and evaluates only every 20 s, until the test ends.
 * @returns its address
 */
export async function startSlowPrometheus(stack: CanaryStack): Promise<string> {
  const folder = mkdtempSync(join(stack.directory, 'slow-prometheus-'));
  const configFile = join(folder, 'prometheus.yml');
  const { exporter, receiver } = stack.config;
  const scrapes = Object.entries({ [job.exporter]: exporter, [job.receiver]: receiver });
  writeFileSync(
    configFile,
    stringify({
      global: { scrape_interval: '20s', evaluation_interval: '20s' },
      rule_files: [join(packageRoot, 'prometheus', 'rules', '*.yml')],
      scrape_configs: scrapes.map(([job_name, { listen }]) => ({
        job_name,
        static_configs: [{ targets: [`${listen.host}:${listen.port}`] }],
      })),
    }),
  );
  const port = await freePort();
  const prometheus = await startPrometheus(folder, port, configFile);
  onTestFinished(() => prometheus.stop());
  const url = `http://127.0.0.1:${port}`;
  // It lists what it scrapes only some seconds after its start.
  await poll(async () => {
    const text = await (await fetch(`${url}/api/v1/targets`)).text();
    return text.includes(job.exporter) ? true : undefined;
  }, 30);
  return url;
}
