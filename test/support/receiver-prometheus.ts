import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Child } from '../../src/stack/child.js';
import { startPrometheus } from '../../src/stack/servers.js';
import type { ReceiverBench } from './receiver.js';

/** A real Prometheus that scrapes the receiver every second and judges it by these rules. */
export async function startPrometheusFor(
  bench: ReceiverBench,
  port: number,
  alertmanagerPort: number,
  rules: readonly object[],
): Promise<Child> {
  const folder = join(bench.folder, 'prometheus');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'test', rules }] }));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [
      { job_name: 'redline-receiver', static_configs: [{ targets: [`127.0.0.1:${bench.port}`] }] },
    ],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  const prometheus = await startPrometheus(folder, port, join(folder, 'prometheus.yml'));
  onTestFinished(() => prometheus.stop());
  return prometheus;
}
