import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alertmanagerClients, prometheusClient } from '../../src/alerts/configured.js';
import { loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { freePort } from '../../src/platform/free-port.js';
import { acceptsConnections } from '../../src/stack/servers.js';
import { Authority } from '../support/certificate.js';
import { startServer } from '../support/prometheus-server.js';
import { runProgram } from '../support/run-program.js';
import { temporaryFolder } from '../support/workspace.js';

const password = 'password of the test';
/** The same as bcrypt has it, the only form that these servers take. */
const hashed = '$2b$04$DHzZ26TUMi4448RGMMPNgeKePg2BH3GpvOD3ppGVGc0YMI2.PN99m';

/** @returns the path of the configuration */
function configure(folder: string, prometheus: object, alertmanager: object = {}): string {
  const path = join(folder, 'redline.yml');
  writeFileSync(path, stringify({ prometheus, alertmanager }));
  return path;
}

function loaded(folder: string, prometheus: object, alertmanager: object = {}): Config {
  return loadConfig(configure(folder, prometheus, alertmanager), {}).config;
}

describe('a Prometheus and an Alertmanager with TLS and a login', () => {
  async function start(
    program: 'prometheus' | 'alertmanager',
    config: object,
    folder: string,
    authority: Authority,
  ): Promise<string> {
    const port = await freePort();
    const own = join(folder, program);
    mkdirSync(own);
    const webConfig = join(own, 'web.yml');
    const server = authority.sign(program);
    writeFileSync(
      webConfig,
      stringify({
        tls_server_config: { cert_file: server.certificateFile, key_file: server.keyFile },
        basic_auth_users: { redline: hashed },
      }),
    );
    const storage = program === 'prometheus' ? '--storage.tsdb.path' : '--storage.path';
    await startServer({
      program,
      folder: own,
      port,
      config,
      args: [
        `--web.config.file=${webConfig}`,
        `${storage}=${join(own, 'data')}`,
        ...(program === 'prometheus' ? [] : ['--cluster.listen-address=']),
      ],
      ready: () => acceptsConnections({ host: '127.0.0.1', port }),
    });
    return `https://localhost:${port}`;
  }

  it('are asked with the password of a file and trusted by their authority; otherwise it is said what is missing', async () => {
    const folder = temporaryFolder();
    const authority = new Authority(folder);
    const prometheusUrl = await start('prometheus', {}, folder, authority);
    const alertmanagerUrl = await start(
      'alertmanager',
      {
        route: { receiver: 'nobody' },
        receivers: [{ name: 'nobody' }],
      },
      folder,
      authority,
    );
    writeFileSync(join(folder, 'password'), `${password}\n`);
    const login = {
      basic_auth: { username: 'redline', password_file: 'password' },
      client_tls: { ca_file: authority.caFile },
    };
    const config = loaded(folder, { url: prometheusUrl, ...login }, { url: alertmanagerUrl, ...login });
    const prometheus = prometheusClient(config);
    const [alertmanager] = alertmanagerClients(config);
    expect(await prometheus.query('vector(7)')).toMatchObject([{ value: 7 }]);
    expect(await alertmanager?.activeSilences()).toEqual([]);
    const told = {
      labels: { alertname: 'A' },
      annotations: {},
      startsAt: 1e9,
      endsAt: 2e9,
      generatorURL: '',
    };
    await alertmanager?.post(told);

    // As it is rotated: the next request has the new one.
    writeFileSync(join(folder, 'password'), 'another\n');
    const refused = /answers HTTP 401: it wants to know who asks\. Set \w+\.token_file/;
    await expect(prometheus.query('vector(7)')).rejects.toThrow(refused);
    await expect(alertmanager?.activeSilences()).rejects.toThrow(refused);
    // It may be put right: what is to be told waits for it.
    await expect(alertmanager?.post(told)).rejects.toMatchObject({ isRefusal: false });
    writeFileSync(join(folder, 'password'), `${password}\n`);
    expect(await prometheus.query('vector(8)')).toMatchObject([{ value: 8 }]);

    const untrusted = loaded(folder, { url: prometheusUrl });
    await expect(prometheusClient(untrusted).query('vector(7)')).rejects.toThrow(
      /does not answer: (?:unable to|self-signed)/,
    );
  });

  it('with a secret that cannot be read end a command with one line', async () => {
    const configPath = configure(temporaryFolder(), { token_file: 'no-such-token' });
    const { code, stderr } = await runProgram(['--config', configPath, 'report']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^redline: The secret of prometheus\.token_file cannot be read: .*ENOENT.*\. Create it: .*\n$/,
      ) as string,
    });
  });
});

describe('a server behind a proxy', () => {
  let url: string;
  let asked: IncomingHttpHeaders[];
  let answer: { status: number; headers?: Record<string, string>; text: string };

  async function startProxy(): Promise<void> {
    asked = [];
    const server: Server = createServer((request, response) => {
      asked.push(request.headers);
      response.writeHead(answer.status, answer.headers ?? {}).end(answer.text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus/`;
  }

  it('is sent the headers and the token of the configuration', async () => {
    await startProxy();
    answer = { status: 200, text: '{"status":"success","data":{"resultType":"vector","result":[]}}' };
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'token'), 'new-token\nold-token\n');
    chmodSync(join(folder, 'token'), 0o600);
    const settings = { url, headers: { 'X-Scope-OrgID': 'alpha' }, token_file: 'token' };
    expect(await prometheusClient(loaded(folder, settings)).query('up')).toEqual([]);
    expect(asked).toMatchObject([{ 'x-scope-orgid': 'alpha', authorization: 'Bearer new-token' }]);
  });

  it.each([
    [
      'another place',
      { status: 302, headers: { location: 'https://login.example.com/' }, text: '' },
      /redirects to https:\/\/login\.example\.com\/, which is not followed\. Put where it ends into prometheus\.url/,
    ],
    ['a page', { status: 200, text: '<html>' }, /answered something else than Prometheus does$/],
    [
      'an error of the proxy',
      { status: 502, text: 'bad' },
      /something else than Prometheus does \(HTTP 502\)/,
    ],
    ['an error of Prometheus', { status: 400, text: '{"status":"error","error":"no"}' }, /refused .*: no$/],
  ])('says what was answered where that is %s', async (_what, given, expected) => {
    await startProxy();
    answer = given;
    const prometheus = prometheusClient(loaded(temporaryFolder(), { url }));
    await expect(prometheus.query('up')).rejects.toThrow(expected);
  });

  it('that only stores and evaluates has no targets', async () => {
    await startProxy();
    answer = { status: 404, text: '404 page not found' };
    expect(await prometheusClient(loaded(temporaryFolder(), { url })).targets()).toEqual([]);
  });
});
