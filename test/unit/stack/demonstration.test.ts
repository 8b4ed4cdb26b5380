import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../../src/config/load.js';
import {
  atFreePorts,
  chosenPorts,
  commandPrefix,
  demonstrationConfigOf,
  demonstrationEnvironment,
  layOutDemonstration,
} from '../../../src/stack/demonstration.js';
import { serviceAddresses, stackAddresses } from '../../../src/stack/addresses.js';
import { temporaryFolder } from '../../support/workspace.js';

describe("the demonstration's addresses", () => {
  it('are its usual ones, with a scrape a second', () => {
    const { settings, simulator } = chosenPorts(undefined, {});
    const config = demonstrationConfigOf(settings);
    expect(simulator.port).toBe(9713);
    expect(config.redis.url).toBe('redis://127.0.0.1:16379');
    expect(config.prometheus.scrape_interval).toBe(1);
    expect(stackAddresses(config).map(({ port }) => port)).toEqual([9711, 9712, 9090, 9093]);
    expect(serviceAddresses(config).map(({ port }) => port)).toEqual([18_000, 19_000, 13_000]);
  });

  it('are moved by the environment and by a file, and nothing else of theirs reaches in', () => {
    const file = join(temporaryFolder(), 'redline.yml');
    writeFileSync(
      file,
      `files: { root: /srv/trading }
redis: { url: 'redis://127.0.0.1:7777', password_file: /etc/secret }
exporter: { listen: 127.0.0.1:7701 }
`,
    );
    const { settings, simulator } = chosenPorts(file, {
      REDLINE_EXPORTER_LISTEN: '127.0.0.1:7702',
      REDLINE_PROMETHEUS_SCRAPE_INTERVAL: '5s',
      REDLINE_STATE_DIRECTORY: '/var/lib/redline',
      REDLINE_SIMULATOR: '127.0.0.1:7703',
      REDLINE_HTTP_BACKEND_URL: 'http://127.0.0.1:7704',
      REDLINE_HTTP_CONSENSUS_ENABLED: 'false',
      REDLINE_GRAFANA_URL: 'http://127.0.0.1:7705',
    });
    const config = demonstrationConfigOf(settings);
    expect(config.grafana.url).toBe('http://127.0.0.1:7705');
    expect(config.redis).toMatchObject({ url: 'redis://127.0.0.1:7777', password_file: '' });
    expect(config.exporter.listen.port).toBe(7702);
    expect(config.prometheus.scrape_interval).toBe(5);
    expect(simulator.port).toBe(7703);
    expect(config.http.backend.url).toBe('http://127.0.0.1:7704');
    expect(config.http.consensus.enabled).toBe(true);
    expect(config.files.root).toBe('trading');
    expect(config.state.directory).toBe('state');
  });

  it('are all different at free ports, with the other settings kept', async () => {
    const chosen = chosenPorts(undefined, { REDLINE_PROMETHEUS_SCRAPE_INTERVAL: '5s' });
    const { settings, simulator } = await atFreePorts(chosen);
    const config = demonstrationConfigOf(settings);
    const ports = [
      ...stackAddresses(config),
      ...serviceAddresses(config),
      simulator,
      { port: Number(new URL(config.redis.url).port) },
    ];
    expect(new Set(ports.map(({ port }) => port)).size).toBe(9);
    expect(config.prometheus.scrape_interval).toBe(5);
  });

  it('leave the plans as they are but for what the demonstration has instead of a server', () => {
    const { rollbacks } = demonstrationConfigOf({});
    const environments: Readonly<Record<string, object>> = {
      calibration: { ROLLBACK_REDIS_CLI: '../redis-cli' },
      production: {
        ROLLBACK_COMMAND: `${process.execPath}\ndeploy_production.py\n--rollback`,
        ROLLBACK_QUIET_SECONDS: '10',
      },
      'go-live': {
        ROLLBACK_ESS_COMMAND: `${process.execPath}\nscripts/activate_ess.py\n--reason\n{reason}`,
        ROLLBACK_DEACTIVATE_COMMAND: `${process.execPath}\nscripts/go_live_deactivate.py\n--reason\n{reason}\n--operator\n{operator}`,
      },
    };
    expect(rollbacks).toEqual(
      Object.fromEntries(
        Object.entries(parseConfig({}, 'a test').rollbacks).map(([name, plan]) => [
          name,
          { ...plan, environment: { ...plan.environment, ...environments[name] } },
        ]),
      ),
    );
  });

  it('have a backend, a model service and a frontend, with a daily result in percent', () => {
    const { http, systemd } = demonstrationConfigOf({});
    expect(http).toMatchObject({
      enabled: true,
      backend: { daily_result: { unit: 'percent', positive: 'gain' } },
      consensus: { enabled: true },
      dry_run_trade: { enabled: false },
    });
    expect(systemd.backend_pid_file).toBe('backend.pid');
  });

  it('must be of this machine', () => {
    const elsewhere = parseConfig({ prometheus: { url: 'http://prometheus.example.org:9090' } }, 'a test');
    expect(() => stackAddresses(elsewhere)).toThrow(/prometheus\.url is http:\/\/prometheus\.example\.org/);
    expect(() => chosenPorts(undefined, { REDLINE_SIMULATOR: '0.0.0.0:9713' })).toThrow(/REDLINE_SIMULATOR/);
  });
});

describe("the demonstration's folder", () => {
  const ports = chosenPorts(undefined, {});

  it('is made anew, with a secret token and a configuration that stands alone', async () => {
    const folder = join(temporaryFolder(), 'demo');
    const first = await layOutDemonstration(folder, ports);
    const token = join(folder, 'receiver.token');
    const firstToken = readFileSync(token, 'utf8');
    expect(firstToken).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(token).mode & 0o777).toBe(0o600);
    expect(loadConfig(first.configPath, {}).config).toEqual(first.config);
    expect(first.config.files.override_installed).toBe(
      join(folder, 'trading/etc/systemd/system/%u.d/qsc_canary.conf'),
    );
    const redisCli = first.config.rollbacks.calibration?.environment.ROLLBACK_REDIS_CLI ?? '';
    const { systemd, journal, files } = first.config;
    for (const program of [systemd.systemctl, journal.journalctl, resolve(files.root, redisCli)])
      expect(statSync(program).mode & 0o111, program).toBe(0o111);
    // The one that made it has ended: another process id stands for that here.
    writeFileSync(join(folder, 'up.pid'), '0\n');
    mkdirSync(join(folder, 'state'));
    await layOutDemonstration(folder, ports);
    expect(existsSync(join(folder, 'state'))).toBe(false);
    expect(readFileSync(token, 'utf8')).not.toBe(firstToken);
  });

  it('is refused while another demonstration runs in it', async () => {
    const folder = join(temporaryFolder(), 'demo');
    await layOutDemonstration(folder, ports);
    await expect(layOutDemonstration(folder, ports)).rejects.toThrow(/runs in .*demo \(process \d+\)/);
  });

  it('is refused where it holds what no demonstration wrote', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'redline.yml'), 'files: { root: /srv/trading }\n');
    await expect(layOutDemonstration(folder, ports)).rejects.toThrow(/no demonstration's.*--directory/);
    expect(existsSync(join(folder, 'redline.yml'))).toBe(true);
  });
});

describe('what is said and passed on', () => {
  it('names the configuration in a command unless it is found by itself', () => {
    expect(commandPrefix('/elsewhere/redline.yml', {})).toBe('npx redline --config /elsewhere/redline.yml');
    const usual = join(process.cwd(), '.redline', 'demo', 'redline.yml');
    expect(commandPrefix(usual, {})).toBe('npx redline');
    expect(commandPrefix(usual, { REDLINE_CONFIG: 'redline.yml' })).toBe(`npx redline --config ${usual}`);
  });

  it("leaves a person's own settings out of the programs' environment", () => {
    const environment = demonstrationEnvironment(
      { PATH: '/bin', REDLINE_FILES_ROOT: '/srv', REDLINE_CONFIG: 'x', REDLINE_LOG_LEVEL: 'debug' },
      { host: '127.0.0.1', port: 9 },
    );
    expect(environment).toEqual({
      PATH: '/bin',
      REDLINE_LOG_LEVEL: 'debug',
      REDLINE_SIMULATOR: '127.0.0.1:9',
    });
  });
});
