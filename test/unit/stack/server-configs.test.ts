import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../../../src/config/load.js';
import { job } from '../../../src/names.js';
import { parseDuration } from '../../../src/platform/duration.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { renderAlertmanagerConfig } from '../../../src/stack/alertmanager-config.js';
import { backendTarget } from '../../../src/stack/backend-target.js';
import { renderPrometheusConfig, type PrometheusSettings } from '../../../src/stack/prometheus-config.js';

const shippedJobs = z.object({
  scrape_configs: z.array(
    z.object({ job_name: z.string(), scrape_interval: z.string(), scrape_timeout: z.string() }),
  ),
});

const prometheusSettings: PrometheusSettings = {
  folder: '/opt/redline/prometheus',
  intervalSeconds: 0.5,
  exporter: { address: '127.0.0.1:1', tls: undefined, bearerTokenFile: '' },
  receiver: { address: '127.0.0.1:2', tls: undefined, bearerTokenFile: '' },
  backend: undefined,
  prometheus: '127.0.0.1:3',
  alertmanager: '127.0.0.1:4',
};

describe("Prometheus' configuration", () => {
  const shipped = readFileSync(join(packageRoot, 'prometheus', 'prometheus.yml'), 'utf8');

  it('takes addresses, interval and absolute rule files', () => {
    expect(parse(renderPrometheusConfig(shipped, prometheusSettings))).toEqual({
      global: { scrape_interval: '500ms', evaluation_interval: '500ms', scrape_timeout: '500ms' },
      rule_files: ['/opt/redline/prometheus/rules/*.yml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:4'] }] }] },
      scrape_configs: [
        { job_name: 'redline-exporter', static_configs: [{ targets: ['127.0.0.1:1'] }] },
        { job_name: 'redline-receiver', static_configs: [{ targets: ['127.0.0.1:2'] }] },
        { job_name: 'prometheus', static_configs: [{ targets: ['127.0.0.1:3'] }] },
        { job_name: 'alertmanager', static_configs: [{ targets: ['127.0.0.1:4'] }] },
      ],
    });
  });

  it('says for each job itself how often it is scraped, so that one lost scrape of 30 s blinds no rule', () => {
    const { scrape_configs: jobs } = shippedJobs.parse(parse(shipped));
    expect(jobs.map(({ job_name: name }) => name)).toEqual(Object.values(job));
    for (const { scrape_interval: interval, scrape_timeout: timeout } of jobs) {
      expect(parseDuration(interval)).toBeLessThanOrEqual(15);
      expect(parseDuration(timeout)).toBeLessThanOrEqual(parseDuration(interval) ?? 0);
    }
  });

  it('keeps what it does not know, and no time-out above the interval or Prometheus’ own', () => {
    const text = `
global: { external_labels: { site: oslo }, scrape_timeout: 10s }
rule_files: [/etc/rules.yml]
alerting: { alertmanagers: [{ scheme: https }] }
scrape_configs:
  - { job_name: database, scrape_timeout: 4s, static_configs: [{ targets: ['127.0.0.1:8000'] }], tls_config: { ca_file: ca.pem } }
  - { job_name: redline-exporter, scrape_interval: 15s, scrape_timeout: 15s, metrics_path: /metrics }
`;
    const config: unknown = parse(
      renderPrometheusConfig(text, { ...prometheusSettings, intervalSeconds: 30 }),
    );
    expect(config).toMatchObject({
      global: { external_labels: { site: 'oslo' }, scrape_interval: '30000ms', scrape_timeout: '10000ms' },
      rule_files: ['/etc/rules.yml'],
      alerting: { alertmanagers: [{ scheme: 'https', static_configs: [{ targets: ['127.0.0.1:4'] }] }] },
      scrape_configs: [
        {
          job_name: 'database',
          scrape_timeout: '4s',
          static_configs: [{ targets: ['127.0.0.1:8000'] }],
          tls_config: { ca_file: '/opt/redline/prometheus/ca.pem' },
        },
        {
          job_name: 'redline-exporter',
          metrics_path: '/metrics',
          static_configs: [{ targets: ['127.0.0.1:1'] }],
        },
      ],
    });
    expect(JSON.stringify(config)).not.toContain('15s');
  });

  it('scrapes an exporter behind TLS and a password', () => {
    const config: unknown = parse(
      renderPrometheusConfig(shipped, {
        ...prometheusSettings,
        exporter: {
          address: '127.0.0.1:1',
          tls: { caFile: '/tls/cert.pem', certificateFile: '/tls/me.pem', keyFile: '/tls/me.key' },
          bearerTokenFile: '',
          basicAuth: { username: 'prometheus', passwordFile: '/tls/password' },
        },
        receiver: { address: '127.0.0.1:2', tls: undefined, bearerTokenFile: '/token' },
      }),
    );
    expect(config).toMatchObject({
      scrape_configs: [
        {
          scheme: 'https',
          tls_config: { ca_file: '/tls/cert.pem', cert_file: '/tls/me.pem', key_file: '/tls/me.key' },
          basic_auth: { username: 'prometheus', password_file: '/tls/password' },
        },
        { authorization: { credentials_file: '/token' } },
        {},
        {},
      ],
    });
  });

  it('scrapes the backend where something is asked of it, at its address and no other', () => {
    const jobOf = (text: string, http: object): unknown => {
      const rendered: unknown = parse(
        renderPrometheusConfig(text, {
          ...prometheusSettings,
          backend: backendTarget(parseConfig({ http }, 'a test').http),
        }),
      );
      const { scrape_configs: jobs } = z
        .object({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) })
        .parse(rendered);
      return jobs.find(({ job_name: name }) => name === job.backend);
    };
    const without = stringify({
      ...z.looseObject({}).parse(parse(shipped)),
      scrape_configs: [{ job_name: 'redline-exporter' }],
    });
    const found = { job_name: 'backend', static_configs: [{ targets: ['127.0.0.1:8123'] }] };
    // It is never sent elsewhere, and what it may say is bounded.
    const bounds = { follow_redirects: false, body_size_limit: '16MB', sample_limit: 50_000 };
    for (const [text, expected] of [
      [shipped, { ...found, ...bounds }],
      [without, found],
    ] as const) {
      expect(jobOf(text, { backend: { url: 'http://127.0.0.1:8123' } })).toEqual(expected);
      expect(jobOf(text, { backend: { url: '' } })).toBeUndefined();
      expect(jobOf(text, { enabled: false })).toBeUndefined();
    }
    expect(
      jobOf(shipped, { backend: { url: 'https://trading.example.org', ca_file: '/tls/ca.pem' } }),
    ).toMatchObject({
      job_name: 'backend',
      scheme: 'https',
      static_configs: [{ targets: ['trading.example.org:443'] }],
      tls_config: { ca_file: '/tls/ca.pem' },
    });
    expect(jobOf(shipped, { backend: { url: 'https://trading.example.org:8443' } })).toMatchObject({
      static_configs: [{ targets: ['trading.example.org:8443'] }],
      tls_config: {},
    });
  });

  it('refuses a template that is none', () => {
    expect(() => renderPrometheusConfig('rule_files: []', prometheusSettings)).toThrow();
  });
});

describe("Alertmanager's configuration", () => {
  const settings = {
    folder: '/opt/redline/alertmanager',
    receiverUrl: 'http://127.0.0.1:7',
    tls: undefined,
    tokenFile: '/demo/receiver.token',
  };
  const shipped = readFileSync(join(packageRoot, 'alertmanager', 'alertmanager.yml'), 'utf8');

  it('sends everything to the receiver at its address, with its token, and changes nothing else', () => {
    const rendered = renderAlertmanagerConfig(shipped, settings);
    expect(rendered).not.toContain('127.0.0.1:9712');
    expect(rendered).toContain('http://127.0.0.1:7/webhook');
    const undone: unknown = parse(
      rendered
        .replaceAll('http://127.0.0.1:7', 'http://127.0.0.1:9712')
        .replaceAll('/demo/receiver.token', 'receiver.token')
        .replaceAll('/opt/redline/alertmanager/templates', 'templates'),
    );
    expect(undone).toMatchObject(parse(shipped) as object);
  });

  it('leaves the channels of people alone but for the folder of their secrets', () => {
    const text = `
route: { receiver: pager }
templates: [templates/*.tmpl]
receivers:
  - name: pager
    slack_configs: [{ api_url_file: slack.url }]
    webhook_configs: [{ url: 'https://example.org/hook' }, { url: 'http://127.0.0.1:9712/webhook?x=1' }]
`;
    expect(
      parse(
        renderAlertmanagerConfig(text, {
          ...settings,
          tls: { caFile: '/tls/cert.pem', certificateFile: '', keyFile: '' },
        }),
      ),
    ).toEqual({
      route: { receiver: 'pager' },
      templates: ['/opt/redline/alertmanager/templates/*.tmpl'],
      receivers: [
        {
          name: 'pager',
          slack_configs: [{ api_url_file: '/opt/redline/alertmanager/slack.url' }],
          webhook_configs: [
            { url: 'https://example.org/hook' },
            {
              url: 'http://127.0.0.1:7/webhook?x=1',
              http_config: {
                authorization: { type: 'Bearer', credentials_file: '/demo/receiver.token' },
                tls_config: { ca_file: '/tls/cert.pem' },
              },
            },
          ],
        },
      ],
    });
  });
});
