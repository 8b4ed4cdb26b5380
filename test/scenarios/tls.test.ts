import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { freePort } from '../../src/platform/free-port.js';
import { poll } from '../../src/platform/poll.js';
import {
  alertmanagerComponent,
  exporterComponent,
  prometheusComponent,
  receiverComponent,
  type StackSettings,
} from '../../src/stack/components.js';
import { Authority, type Certificate } from '../support/certificate.js';
import { agreedVersion, ask, shownName } from '../support/https.js';
import { runProgram } from '../support/run-program.js';
import { temporaryFolder } from '../support/workspace.js';

interface Stack {
  readonly settings: StackSettings;
  readonly receiver: string;
  readonly exporter: string;
  readonly authority: Authority;
  readonly client: Certificate;
  readonly server: Certificate;
}

/** Configuration of a stack whose two programs speak TLS. @param isMutual whether they ask for certificates of clients too */
async function tlsStack(isMutual: boolean): Promise<Stack> {
  const folder = temporaryFolder();
  const certificates = join(folder, 'tls');
  mkdirSync(certificates);
  mkdirSync(join(folder, 'trading'));
  const authority = new Authority(certificates);
  const [server, client] = [authority.sign('server'), authority.sign('client')];
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const tls = {
    cert_file: server.certificateFile,
    key_file: server.keyFile,
    ...(isMutual ? { client_ca_file: authority.caFile } : {}),
  };
  const clientTls = {
    ca_file: authority.caFile,
    ...(isMutual ? { cert_file: client.certificateFile, key_file: client.keyFile } : {}),
  };
  const config = {
    systemd: { enabled: false, systemctl: '/bin/true' },
    journal: { enabled: false },
    files: { root: 'trading' },
    exporter: {
      listen: `127.0.0.1:${ports[0]}`,
      bearer_token_file: 'receiver.token',
      tls,
      client_tls: clientTls,
    },
    receiver: {
      listen: `127.0.0.1:${ports[1]}`,
      protect_reads: true,
      basic_auth: { username: 'alertmanager', password_file: 'password' },
      tls,
      client_tls: clientTls,
    },
    prometheus: { url: `http://127.0.0.1:${ports[2]}`, scrape_interval: '1s' },
    alertmanager: { url: `http://127.0.0.1:${ports[3]}` },
    rollbacks: {},
  };
  writeFileSync(join(folder, 'receiver.token'), 'a-token\n');
  writeFileSync(join(folder, 'password'), 'a password\n');
  const configPath = join(folder, 'redline.yml');
  writeFileSync(configPath, JSON.stringify(config));
  return {
    settings: { config: loadConfig(configPath, {}).config, configPath, environment: process.env },
    exporter: `https://127.0.0.1:${ports[0]}`,
    receiver: `https://127.0.0.1:${ports[1]}`,
    authority,
    client,
    server,
  };
}

async function start(...components: readonly ReturnType<typeof receiverComponent>[]): Promise<void> {
  for (const component of components) {
    const child = await component.start();
    onTestFinished(() => child.stop('SIGKILL'));
  }
}

function headersOf(url: string, ca: Buffer): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    get(url, { ca }, (response) => {
      response.resume();
      resolve(response.headers);
    }).once('error', reject);
  });
}

const bearer = { headers: { authorization: 'Bearer a-token' } };

describe('TLS with certificates on both sides', () => {
  it('is spoken by the real Prometheus and Alertmanager and by the command line, and by nobody else', async () => {
    const { settings, receiver, exporter, authority, client } = await tlsStack(true);
    await start(
      receiverComponent(settings),
      exporterComponent(settings),
      alertmanagerComponent(settings),
      prometheusComponent(settings),
    );
    const ca = readFileSync(authority.caFile);
    const known = { ca, cert: readFileSync(client.certificateFile), key: readFileSync(client.keyFile) };
    for (const url of [receiver, exporter]) {
      expect(await ask(`${url}/-/healthy`, { ca })).toMatch(/certificate required|ECONNRESET|socket/i);
      expect(await ask(`${url}/-/healthy`, known)).toMatchObject({ status: 200 });
      expect(await ask(`${url}/metrics`, known)).toMatchObject({ status: 401 });
    }
    const stranger = new Authority(temporaryFolder()).sign('stranger');
    const forged = { ca, cert: readFileSync(stranger.certificateFile), key: readFileSync(stranger.keyFile) };
    expect(typeof (await ask(`${receiver}/-/healthy`, forged))).toBe('string');

    // Watchdog fires always: it passes through Prometheus, Alertmanager and the receiver, each over TLS.
    const delivered = await poll(async () => {
      const page = await ask(`${receiver}/metrics`, known, bearer);
      return typeof page !== 'string' && /redline_webhooks_total\{code="200"\} [1-9]/.test(page.text)
        ? page.text
        : undefined;
    }, 90);
    expect(delivered).toMatch(/redline_webhooks_refused_total\{reason="tls_handshake"\} [1-9]/);
    const up = await poll(async () => {
      const query = 'count(up{job=~"redline-.*"} == 1) == 2';
      const url = `${settings.config.prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
      return (await (await fetch(url)).text()).includes('"2"') ? true : undefined;
    }, 60);
    expect(up).toBe(true);

    const arguments_ = ['--config', settings.configPath ?? '', 'check'];
    const { stdout } = await runProgram(arguments_);
    expect(stdout).toMatch(/ok +receiver: .*takes the token/);
    expect(stdout).toMatch(/ok +exporter: answers at https/);
  }, 240_000);
});

describe('TLS of the receiver', () => {
  it('takes a new certificate while it runs, keeps it when the next is broken, and knows no old version', async () => {
    const { settings, receiver, authority, server } = await tlsStack(false);
    await start(receiverComponent(settings));
    const port = Number(new URL(receiver).port);
    expect(await shownName(port)).toBe('server');
    expect(await agreedVersion(port, 'TLSv1.1')).toBeUndefined();
    expect(await agreedVersion(port, 'TLSv1.2')).toBe('TLSv1.2');

    const next = authority.sign('next');
    copyFileSync(next.keyFile, server.keyFile);
    copyFileSync(next.certificateFile, server.certificateFile);
    await expect.poll(() => shownName(port), { timeout: 30_000, interval: 200 }).toBe('next');
    writeFileSync(server.certificateFile, 'nothing');
    const log = join(settings.config.state.directory, 'receiver', 'receiver.log');
    await expect.poll(() => readFileSync(log, 'utf8'), { timeout: 30_000 }).toContain('cannot be read again');
    expect(await shownName(port)).toBe('next');
  }, 90_000);

  it('takes basic authentication beside the token, says so that it speaks TLS, and protects what is read', async () => {
    const { settings, receiver, authority } = await tlsStack(false);
    await start(receiverComponent(settings));
    const ca = readFileSync(authority.caFile);
    const basic = (password: string): { headers: Record<string, string> } => ({
      headers: { authorization: `Basic ${Buffer.from(`alertmanager:${password}`).toString('base64')}` },
    });
    for (const path of [
      '/metrics',
      '/api/rollbacks',
      '/api/deployments',
      '/api/baselines',
      '/notifications',
    ]) {
      expect(await ask(receiver + path, { ca })).toMatchObject({ status: 401 });
      expect(await ask(receiver + path, { ca }, basic('wrong'))).toMatchObject({ status: 403 });
      expect(await ask(receiver + path, { ca }, basic('a password'))).toMatchObject({ status: 200 });
      expect(await ask(receiver + path, { ca }, bearer)).toMatchObject({ status: 200 });
    }
    for (const path of ['/-/healthy', '/-/ready', '/docs/alerts/QscDeadZone'])
      expect(await ask(receiver + path, { ca })).toMatchObject({ status: 200 });
    const headers = await headersOf(`${receiver}/-/healthy`, ca);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    const { stdout } = await runProgram(['--config', settings.configPath ?? '', 'check']);
    expect(stdout).toMatch(/ok +receiver: .*takes the token/);
  }, 90_000);
});
