import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig, parseConfig } from '../../../src/config/load.js';
import { UserError } from '../../../src/platform/errors.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { temporaryFolder } from '../../support/workspace.js';

function write(text: string): string {
  const path = join(temporaryFolder(), 'redline.yml');
  writeFileSync(path, text);
  return path;
}

const noEnvironment = {};

describe('the example configuration', () => {
  it('states every key at its default', () => {
    const example: unknown = parse(readFileSync(join(packageRoot, 'redline.example.yml'), 'utf8'));
    expect(parseConfig(example, 'the example')).toEqual(parseConfig({}, 'nothing'));
    expect(keysOf(example)).toEqual(keysOf(parseConfig({}, 'nothing')));
  });
});

describe('loading', () => {
  it('needs no key at all', () => {
    const { config } = loadConfig(write(''), noEnvironment);
    expect(config.redis.url).toBe('redis://127.0.0.1:6379');
    expect(config.deployments.canary.observation).toBe(6 * 3600);
  });

  it('resolves the paths of files against files.root and all others against the folder of the file', () => {
    const path = write('files: { root: trading }\n');
    const folder = join(path, '..');
    const { config } = loadConfig(path, noEnvironment);
    expect(config.files.baseline_weights).toBe(join(folder, 'trading/data/baseline_model_weights.json'));
    expect(config.files.override_installed).toBe('/etc/systemd/system/%u.d/qsc_canary.conf');
    expect(config.state.directory).toBe(join(folder, 'state'));
    expect(config.systemd.systemctl).toBe('systemctl');
    expect(config.redis.password_file).toBe('');
  });

  it('takes a file named by REDLINE_CONFIG', () => {
    const path = write('prometheus: { url: "http://127.0.0.1:1" }');
    expect(loadConfig(undefined, { REDLINE_CONFIG: path }).config.prometheus.url).toBe('http://127.0.0.1:1');
  });

  it('puts the environment over the file', () => {
    const path = write('redis: { url: "redis://a:1" }\nsystemd: { enabled: true }');
    const { config } = loadConfig(path, {
      REDLINE_REDIS_URL: 'redis://b:2',
      REDLINE_SYSTEMD_ENABLED: 'false',
      REDLINE_SYSTEMD_ENGINE_UNITS: '[engine.service]',
      REDLINE_RECEIVER_MAX_BODY_BYTES: '4096',
      REDLINE_LOG_LEVEL: 'debug',
    });
    expect(config.redis.url).toBe('redis://b:2');
    expect(config.systemd.enabled).toBe(false);
    expect(config.systemd.engine_units).toEqual(['engine.service']);
    expect(config.receiver.max_body_bytes).toBe(4096);
  });

  it('reads a text value of the environment as text, whatever it looks like', () => {
    const { config } = loadConfig(write(''), { REDLINE_REDIS_USERNAME: '12345' });
    expect(config.redis.username).toBe('12345');
  });
});

describe('a mistake in the configuration', () => {
  it.each([
    ['an unknown section', 'redsi: {}', 'redsi: unknown key. Did you mean "redis"?'],
    ['an unknown key', 'redis: { urll: x }', 'redis.urll: unknown key. Did you mean "url"?'],
    [
      'an unknown key of a method',
      'rollbacks: { qsc: { methods: [{ name: a, command: [x], timout: 1s }] } }',
      'rollbacks.qsc.methods.0.timout: unknown key. Did you mean "timeout"?',
    ],
    ['a duration', 'redis: { connect_timeout: 5 sec }', 'redis.connect_timeout: "5 sec" is no duration'],
    [
      'a time-out of nothing',
      'redis: { command_timeout: 0s }',
      'redis.command_timeout: "0s" is too short; it must be longer than 0',
    ],
    [
      'a method without time',
      'rollbacks: { qsc: { methods: [{ name: a, command: [x], timeout: 0ms }] } }',
      'rollbacks.qsc.methods.0.timeout: "0ms" is too short',
    ],
    [
      'a scrape interval that the rules cannot bridge',
      'prometheus: { scrape_interval: 16s }',
      'prometheus.scrape_interval: "16s" is too long; 15s at most, since the rules read the newest values through 30 s windows',
    ],
    [
      'a login in an address',
      'alertmanager: { cluster: ["http://10.0.0.2:9093", "http://redline:secret@10.0.0.3:9093"] }',
      'alertmanager.cluster.1: holds a login; put it into basic_auth, and the password into a file',
    ],
    [
      'two logins',
      'prometheus: { token_file: a, basic_auth: { username: b, password_file: c } }',
      'prometheus: has token_file and basic_auth.password_file; leave one of them out',
    ],
    [
      'a secret among the headers',
      'prometheus: { headers: { Authorization: Bearer secret } }',
      'is for secrets; name their file in token_file or basic_auth',
    ],
    ['a header', 'prometheus: { headers: { "a b": c } }', 'is no name of a header'],
    ['a value of a header', 'prometheus: { headers: { a: "b\\r\\nc" } }', 'holds what a header may not'],
    ['an address', 'exporter: { listen: 9711 }', 'exporter.listen'],
    ['a port', 'exporter: { listen: "127.0.0.1:99999" }', '"127.0.0.1:99999" is no address'],
    ...[
      'http://h:8000/api',
      'http://u@h:8000',
      'http://:p@h:8000',
      'http://h:8000?a=1',
      'http://h:8000/#a',
    ].map((url): [string, string, string] => [
      `an address that is more than one: ${url}`,
      `http: { backend: { url: "${url}" } }`,
      'write scheme, host and port only; the path goes into health_path',
    ]),
    ['an empty plan', 'rollbacks: { qsc: { methods: [] } }', 'rollbacks.qsc.methods'],
    [
      'a plan name that is taken',
      'rollbacks: { drill: { methods: [{ name: a, command: [x] }] } }',
      'rollbacks.drill: not a name: the plan of "redline drill" is built in; name yours otherwise',
    ],
    ['a plan name that is a path', 'rollbacks: { "../x": { methods: [] } }', 'lower-case letters'],
    [
      'an unknown verification',
      'rollbacks: { qsc: { methods: [{ name: a, command: [x], verify: [{ file_abscent: y }] }] } }',
      'rollbacks.qsc.methods.0.verify.0: no verification. Did you mean "file_absent"?',
    ],
    ['a list instead of keys', '- 1', '(top)'],
  ])('%s is named', (_what, text, message) => {
    const path = write(text);
    expect(() => loadConfig(path, noEnvironment)).toThrow(message);
    expect(() => loadConfig(path, noEnvironment)).toThrow(path);
  });

  it('broken YAML is named with its line', () => {
    expect(() => loadConfig(write('redis: {\n'), noEnvironment)).toThrow(/is not valid YAML: .*line/);
  });

  it.each([
    'redis.connect_timeout',
    'redis.command_timeout',
    'exporter.collector_timeout',
    'receiver.reconcile_interval',
    'prometheus.timeout',
    'prometheus.scrape_interval',
    'alertmanager.timeout',
    'deployments.canary.observation',
  ])('no time at all for %s is refused', (key) => {
    const raw = key.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), '0s');
    expect(() => parseConfig(raw, 'the test')).toThrow(`${key}: "0s" is too short`);
  });

  it('a time that may be nothing, and the longest scrape interval, are taken', () => {
    const config = parseConfig(
      { deployments: { canary: { settle: '0s' } }, prometheus: { scrape_interval: '15s' } },
      'the test',
    );
    expect(config.deployments.canary.settle).toBe(0);
    expect(config.prometheus.scrape_interval).toBe(15);
  });

  it.each(['[', '*nowhere', 'a: b: c'])('an environment value that is no YAML is named: %s', (value) => {
    const load = (): unknown => loadConfig(write(''), { REDLINE_RECEIVER_MAX_BODY_BYTES: value });
    expect(load).toThrow(UserError);
    expect(load).toThrow(/^The environment variable REDLINE_RECEIVER_MAX_BODY_BYTES is not valid YAML: /);
  });

  it('a file that does not exist, or is a folder, is named', () => {
    expect(() => loadConfig('/nowhere/redline.yml', noEnvironment)).toThrow('does not exist');
    const folder = join(temporaryFolder(), 'redline.yml');
    mkdirSync(folder);
    expect(() => loadConfig(folder, noEnvironment)).toThrow('cannot be read');
  });

  it('an environment variable that names no key is refused with its near miss', () => {
    expect(() => loadConfig(write(''), { REDLINE_REDIS_URI: 'x' })).toThrow(
      'Did you mean "REDLINE_REDIS_URL"?',
    );
  });
});

function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || path.endsWith('.listen'))
    return [path];
  return Object.entries(value)
    .flatMap(([key, child]) => keysOf(child, `${path}.${key}`))
    .sort();
}
