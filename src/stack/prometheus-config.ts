import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { ClientTlsFiles } from '../config/client-tls.js';
import { job } from '../names.js';
import { absolutePath, withAbsoluteFiles } from './file-paths.js';
import { tlsConfig } from './tls-config.js';

/** A program that Prometheus scrapes. */
export interface ScrapeTarget {
  /** host:port */
  readonly address: string;
  /** by which it is trusted, and trusts; undefined: plain HTTP */
  readonly tls: ClientTlsFiles | undefined;
  /** empty: no bearer token */
  readonly bearerTokenFile: string;
  readonly basicAuth?: { readonly username: string; readonly passwordFile: string } | undefined;
}

export interface PrometheusSettings {
  /** where the template stands; its relative paths are taken from there */
  readonly folder: string;
  /** how often targets are scraped and rules evaluated, seconds */
  readonly intervalSeconds: number;
  readonly exporter: ScrapeTarget;
  readonly receiver: ScrapeTarget;
  /** the trading system's backend; left out: it is not scraped */
  readonly backend?: ScrapeTarget | undefined;
  /** host:port */
  readonly prometheus: string;
  /** host:port */
  readonly alertmanager: string;
}

const scrapeConfig = z.looseObject({ job_name: z.string() });
const template = z.looseObject({
  global: z.looseObject({}).default({}),
  rule_files: z.array(z.string()).min(1),
  alerting: z.looseObject({ alertmanagers: z.array(z.looseObject({})).min(1) }),
  scrape_configs: z.array(scrapeConfig).min(1),
});

/**
 * Prometheus' configuration for programs at other addresses and for another interval than the template's.
 * @param text the template, YAML
 * @returns YAML
 * @throws Error when the template is no configuration of Prometheus
 */
export function renderPrometheusConfig(text: string, settings: PrometheusSettings): string {
  const config = template.parse(withAbsoluteFiles(parse(text), settings.folder));
  const interval = `${Math.round(settings.intervalSeconds * 1000)}ms`;
  return stringify({
    ...config,
    global: {
      ...config.global,
      scrape_interval: interval,
      evaluation_interval: interval,
      // Prometheus refuses a time-out that is longer than the interval.
      scrape_timeout: `${Math.round(Math.min(settings.intervalSeconds, 10) * 1000)}ms`,
    },
    rule_files: config.rule_files.map((path) => absolutePath(settings.folder, path)),
    alerting: {
      ...config.alerting,
      alertmanagers: config.alerting.alertmanagers.map((alertmanager) => ({
        ...alertmanager,
        static_configs: [{ targets: [settings.alertmanager] }],
      })),
    },
    scrape_configs: [
      ...config.scrape_configs
        .filter(({ job_name: name }) => name !== job.backend)
        .map((scrape) => renderScrape(scrape, settings)),
      ...renderBackend(
        config.scrape_configs.find(({ job_name: name }) => name === job.backend),
        settings.backend,
      ),
    ],
  });
}

/** It is scraped where the configuration knows it, whatever the template says of other addresses. */
function renderBackend(
  scrape: z.output<typeof scrapeConfig> | undefined,
  backend: ScrapeTarget | undefined,
): object[] {
  if (backend === undefined) return [];
  return [{ ...withoutIntervals(scrape ?? { job_name: job.backend }), ...targetOf(backend) }];
}

function renderScrape(
  scrape: z.output<typeof scrapeConfig>,
  { exporter, receiver, prometheus, alertmanager }: PrometheusSettings,
): Record<string, unknown> {
  const rest = withoutIntervals(scrape);
  switch (scrape.job_name) {
    case job.exporter:
      return { ...rest, ...targetOf(exporter) };
    case job.receiver:
      return { ...rest, ...targetOf(receiver) };
    case job.prometheus:
      return { ...rest, static_configs: [{ targets: [prometheus] }] };
    case job.alertmanager:
      return { ...rest, static_configs: [{ targets: [alertmanager] }] };
    default:
      return scrape;
  }
}

function withoutIntervals(scrape: z.output<typeof scrapeConfig>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(scrape).filter(([key]) => key !== 'scrape_interval' && key !== 'scrape_timeout'),
  );
}

function targetOf({ address, tls, bearerTokenFile, basicAuth }: ScrapeTarget): object {
  return {
    static_configs: [{ targets: [address] }],
    ...(tls === undefined ? {} : { scheme: 'https', tls_config: tlsConfig(tls) }),
    ...(bearerTokenFile === '' ? {} : { authorization: { credentials_file: bearerTokenFile } }),
    // Prometheus takes one of the two.
    ...(basicAuth === undefined || bearerTokenFile !== ''
      ? {}
      : { basic_auth: { username: basicAuth.username, password_file: basicAuth.passwordFile } }),
  };
}
