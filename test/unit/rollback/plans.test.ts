import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { planTimeLimit, preparePlan, programProblem, verifiedUnits } from '../../../src/rollback/plans.js';
import { scriptEnvironment, scriptInput } from '../../../src/rollback/script-environment.js';
import { temporaryFolder } from '../../support/workspace.js';

const unit = 'quantum-ai-engine.service';

function configWith(command: string[], extra: object = {}): Config {
  return parseConfig(
    {
      files: { root: '/srv/trading' },
      rollbacks: { qsc: { methods: [{ name: 'script', command, ...extra }] } },
    },
    'the test',
  );
}

function argvOf(config: Config): readonly string[] {
  return preparePlan(config, 'qsc', unit).methods[0]?.argv ?? [];
}

describe('preparePlan', () => {
  it('fills in the default plan, the unit in the path of its override too', () => {
    const config = parseConfig({ files: { root: '/srv/trading' } }, 'the test');
    expect(preparePlan(config, 'qsc', unit).methods).toEqual([
      {
        name: 'script',
        argv: ['/srv/trading/ops/model_safety/qsc_rollback.sh'],
        timeoutSeconds: 150,
        verifyTimeoutSeconds: 15,
        verify: [
          { file_absent: `/etc/systemd/system/${unit}.d/qsc_canary.conf` },
          { file_absent: 'data/systemd_overrides/qsc_canary.conf' },
          { same_content: ['data/baseline_model_weights.json', 'data/qsc_canary_weights.json'] },
          { unit_active: unit },
        ],
      },
    ]);
  });

  it('stops production by a script below files.root, and verifies it by one of its own', () => {
    const config = parseConfig({ files: { root: '/srv/trading' } }, 'the test');
    expect(preparePlan(config, 'production', unit).methods).toEqual([
      {
        name: 'script',
        argv: ['rollback_production.sh'],
        timeoutSeconds: 240,
        verifyTimeoutSeconds: 15,
        verify: [{ command: [join(packageRoot, 'rollback/production.sh'), '--check'] }],
      },
    ]);
  });

  it('ends a go-live by four scripts of its own, each verified, from the fastest to the slowest', () => {
    const config = parseConfig(
      { files: { root: '/srv/trading' }, systemd: { backend_units: ['backend', 'other'] } },
      'the test',
    );
    const script = (name: string): string => join(packageRoot, 'rollback', `go-live-${name}.sh`);
    const methods = preparePlan(config, 'go-live', unit).methods.map(
      ({ name, argv, timeoutSeconds, verify }) => ({
        name,
        argv,
        timeoutSeconds,
        verify,
      }),
    );
    expect(methods).toEqual([
      {
        name: 'marker',
        argv: [script('marker')],
        timeoutSeconds: 10,
        verify: [{ file_absent: 'go_live.active' }],
      },
      ...[
        { name: 'ess', timeoutSeconds: 30 },
        { name: 'deactivate', timeoutSeconds: 60 },
      ].map((method) => ({
        ...method,
        argv: [script(method.name)],
        verify: [{ command: [script(method.name), '--check'] }],
      })),
      {
        name: 'config',
        argv: [script('config')],
        timeoutSeconds: 300,
        verify: [{ command: [script('config'), '--check'] }, { unit_active: 'backend.service' }],
      },
    ]);
  });

  it('verifies no harvest consumer where the trading system has none', () => {
    const units = (deployments: object): string[] => {
      const config = parseConfig({ deployments, systemd: { harvest_units: ['harvest'] } }, 'the test');
      return verifiedUnits(preparePlan(config, 'calibration', unit));
    };
    expect(units({})).toEqual([unit, 'harvest.service']);
    expect(units({ calibration: { inputs: ['engine_unit', 'harvest_journal'] } })).toEqual([unit]);
  });

  it('looks a program up below files.root, then on the PATH', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'rollback.sh'), '');
    const at = (command: string[]): readonly string[] => {
      const config = configWith(command);
      return argvOf({ ...config, files: { ...config.files, root } });
    };
    expect(at(['rollback.sh', '--now'])).toEqual([join(root, 'rollback.sh'), '--now']);
    expect(at(['ops/rollback.sh'])).toEqual([join(root, 'ops/rollback.sh')]);
    expect(at(['/opt/rollback.sh'])).toEqual(['/opt/rollback.sh']);
    expect(at(['python3', 'deploy.py'])).toEqual(['python3', 'deploy.py']);
    expect(at(['${package}/rollback/qsc.sh'])).toEqual([join(packageRoot, 'rollback/qsc.sh')]);
  });

  it('leaves what a shell would expand alone', () => {
    expect(argvOf(configWith(['/bin/echo', '$HOME `id` $(id) ; rm', '$', '${root}/x']))).toEqual([
      '/bin/echo',
      '$HOME `id` $(id) ; rm',
      '$',
      '/srv/trading/x',
    ]);
  });

  it('names a variable that it does not know, and those that it does', () => {
    const config = configWith(['/bin/echo', '${HOME}']);
    expect(() => preparePlan(config, 'qsc', unit)).toThrow(
      /rollbacks\.qsc\.methods\.script: \$\{HOME\} is not known\. Known: root, engine_unit/,
    );
  });

  it('names the plans where the one asked for is none', () => {
    expect(() => preparePlan(configWith(['/bin/true']), 'canary', unit)).toThrow(
      'There is no rollback plan "canary". Configured under rollbacks: qsc.',
    );
  });

  it('counts as time limit every method that fails at the end of its time', () => {
    const config = configWith(['/bin/true'], { timeout: '20s', verify_timeout: '5s' });
    const plan = config.rollbacks.qsc;
    expect(plan && planTimeLimit({ ...plan, methods: [...plan.methods, ...plan.methods] })).toBe(50);
  });
});

describe('programProblem', () => {
  it('says why a program cannot be run', () => {
    const folder = temporaryFolder();
    const script = join(folder, 'script.sh');
    expect(programProblem(script)).toBe(`${script} does not exist`);
    writeFileSync(script, '#!/bin/sh\n');
    chmodSync(script, 0o644);
    expect(programProblem(script)).toBe(`${script} is not executable (chmod +x it)`);
    chmodSync(script, 0o755);
    expect(programProblem(script)).toBeUndefined();
    expect(programProblem(folder)).toBe(`${folder} is no file`);
    expect(programProblem('script.sh', `/nowhere:${folder}`)).toBeUndefined();
    expect(programProblem('script.sh', '/nowhere')).toContain('nor a program of the PATH');
  });
});

describe('scriptEnvironment', () => {
  const order = {
    rollback: 'qsc-1',
    plan: 'qsc',
    deployment: 'canary-1',
    model: 'patchtst',
    trigger: 'webhook',
    alertname: 'QscDeadZone\n\0; rm',
    operator: '',
    reason: `HOLD 0.9\r\n$(reboot)\0${'x'.repeat(600)}`,
    alert: null,
  } as const;

  it('is PATH, LANG, HOME, what the plan adds, and the rollback; nothing else', () => {
    const config = configWith(['/bin/true']);
    const environment = scriptEnvironment(config, unit, { EXTRA: '1', ROLLBACK_ROOT: '/tmp' }, order);
    expect(Object.keys(environment).filter((name) => !name.startsWith('ROLLBACK_'))).toEqual([
      'PATH',
      'LANG',
      'HOME',
      'EXTRA',
    ]);
    expect(environment).toMatchObject({
      ROLLBACK_ROOT: '/srv/trading',
      ROLLBACK_ENGINE_UNIT: unit,
      ROLLBACK_OVERRIDE_INSTALLED: `/etc/systemd/system/${unit}.d/qsc_canary.conf`,
      ROLLBACK_ID: 'qsc-1',
      ROLLBACK_TRIGGER: 'webhook',
      ROLLBACK_ALERT: 'QscDeadZone ; rm',
    });
  });

  it('names the harvest consumer, or none where the trading system has none', () => {
    const harvest = (deployments: object): string | undefined => {
      const config = parseConfig(
        { deployments, systemd: { harvest_units: ['harvest', 'other'] } },
        'the test',
      );
      return scriptEnvironment(config, unit, { ROLLBACK_HARVEST_UNIT: 'x' }, order).ROLLBACK_HARVEST_UNIT;
    };
    expect(harvest({})).toBe('harvest.service');
    expect(harvest({ calibration: { inputs: ['equity'] } })).toBe('none');
  });

  it('names the database of trades, or none where there is none, and what can read it', () => {
    const environment = (database: object) =>
      scriptEnvironment(parseConfig({ database }, 'the test'), unit, {}, order);
    expect(environment({ path: '/srv/trades.db' })).toMatchObject({
      ROLLBACK_DATABASE: '/srv/trades.db',
      ROLLBACK_NODE: process.execPath,
    });
    expect(environment({ enabled: false }).ROLLBACK_DATABASE).toBe('none');
  });

  it('names what a go-live is ended with, and no backend where there is none', () => {
    const environment = (http: object) =>
      scriptEnvironment(
        parseConfig(
          { http, files: { go_live_marker: '/srv/live' }, systemd: { backend_units: ['b'] } },
          'the test',
        ),
        unit,
        {},
        { ...order, operator: 'alice\n b' },
      );
    expect(environment({ backend: { url: 'https://b:8000', ca_file: '/etc/ca.pem' } })).toMatchObject({
      ROLLBACK_GO_LIVE_MARKER: '/srv/live',
      ROLLBACK_BACKEND_UNIT: 'b.service',
      ROLLBACK_BACKEND_URL: 'https://b:8000',
      ROLLBACK_BACKEND_CA_FILE: '/etc/ca.pem',
      ROLLBACK_OPERATOR: 'alice  b',
    });
    expect(environment({ enabled: false }).ROLLBACK_BACKEND_URL).toBe('none');
    expect(environment({ backend: { url: '' } }).ROLLBACK_BACKEND_URL).toBe('none');
  });

  it('holds no NUL and no line break, and is bounded', () => {
    const { ROLLBACK_REASON: reason = '' } = scriptEnvironment(configWith(['/bin/true']), unit, {}, order);
    expect(reason).toMatch(/^HOLD 0\.9 \$\(reboot\) x+$/);
    expect(reason).toHaveLength(500);
  });

  it('says the same as JSON on standard input', () => {
    expect(JSON.parse(scriptInput(order))).toEqual({
      rollback: 'qsc-1',
      plan: 'qsc',
      deployment: 'canary-1',
      alert: null,
    });
  });
});
