import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import {
  backendUnit,
  harvestUnit,
  resolveEngineUnit,
  withLoadedBackendUnit,
  withLoadedHarvestUnit,
} from '../../../src/deployments/engine-unit.js';
import { temporaryFolder } from '../../support/workspace.js';

const [first, second] = ['quantum-ai-engine.service', 'quantum-ai_engine.service'] as const;

/** A configuration whose systemctl is this bash script; its 4th argument is the unit. Notes each call in `calls`. */
function withSystemctl(script: string): { config: Config; folder: string } {
  const folder = temporaryFolder();
  const systemctl = join(folder, 'systemctl');
  writeFileSync(systemctl, `#!/bin/bash\ncd ${folder}\necho "$4" >> calls\n${script}\n`, { mode: 0o755 });
  return { config: configFor(folder, systemctl), folder };
}

function configFor(folder: string, systemctl: string): Config {
  const config = parseConfig({ systemd: { systemctl } }, 'the test');
  const override = join(folder, 'system', '%u.d', 'qsc_canary.conf');
  return { ...config, files: { ...config.files, override_installed: override } };
}

function installOverride(folder: string, unit: string): void {
  const path = join(folder, 'system', `${unit}.d`, 'qsc_canary.conf');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
}

const loaded = (unit: string): string =>
  `if [[ $4 == ${unit} ]]; then echo LoadState=loaded; else echo LoadState=not-found; fi`;

describe('resolveEngineUnit', () => {
  it('takes the first that is loaded, whatever override there is', async () => {
    const { config, folder } = withSystemctl(loaded(second));
    installOverride(folder, first);
    expect(await resolveEngineUnit(config)).toBe(second);
    expect(await resolveEngineUnit(withSystemctl('echo LoadState=loaded').config)).toBe(first);
    expect(await resolveEngineUnit(withSystemctl('echo LoadState=not-found').config)).toBe(first);
  });

  it('asks again where systemd does not answer at once', async () => {
    const failing = withSystemctl(`test -e again-$4 || { touch again-$4; exit 1; }\n${loaded(second)}`);
    expect(await resolveEngineUnit(failing.config)).toBe(second);
    const hanging = withSystemctl(`test -e again-$4 || { touch again-$4; sleep 60; }\n${loaded(second)}`);
    expect(await resolveEngineUnit(hanging.config)).toBe(second);
    expect(existsSync(join(hanging.folder, `again-${first}`))).toBe(true);
  });

  it('takes the unit with an installed override where systemd says nothing, else the first', async () => {
    const { config, folder } = withSystemctl('exit 1');
    expect(await resolveEngineUnit(config)).toBe(first);
    installOverride(folder, second);
    expect(await resolveEngineUnit(config)).toBe(second);
  });

  it('does not take a unit that systemd does not know for one that it was silent about', async () => {
    const { config } = withSystemctl(`test $4 = ${second} && exit 1; echo LoadState=not-found`);
    expect(await resolveEngineUnit(config)).toBe(second);
  });

  it('goes by the override where there is no systemctl', async () => {
    const folder = temporaryFolder();
    const config = configFor(folder, join(folder, 'nothing'));
    expect(await resolveEngineUnit(config)).toBe(first);
    installOverride(folder, second);
    expect(await resolveEngineUnit(config)).toBe(second);
  });
});

describe('withLoadedBackendUnit', () => {
  it('takes the first that is loaded, else the first', async () => {
    const pick = async (script: string): Promise<string> => {
      const { systemctl } = withSystemctl(script).config.systemd;
      const config = parseConfig({ systemd: { systemctl, backend_units: ['a', 'b'] } }, 'the test');
      return backendUnit(await withLoadedBackendUnit(config));
    };
    expect(await pick(loaded('b.service'))).toBe('b.service');
    expect(await pick('echo LoadState=not-found')).toBe('a.service');
  });
});

describe('withLoadedHarvestUnit', () => {
  const named = (systemctl: string, harvest_units: string[]): Config =>
    parseConfig({ systemd: { systemctl, harvest_units } }, 'the test');
  const pick = async (script: string, harvest_units: string[]): Promise<string> => {
    const { config } = withSystemctl(script);
    return harvestUnit(await withLoadedHarvestUnit(named(config.systemd.systemctl, harvest_units)));
  };

  it('takes the first that is loaded, else the first', async () => {
    expect(await pick(loaded('b.service'), ['a', 'b'])).toBe('b.service');
    expect(await pick('echo LoadState=loaded', ['a', 'b'])).toBe('a.service');
    expect(await pick('echo LoadState=not-found', ['a', 'b'])).toBe('a.service');
    expect(await pick('exit 1', ['a', 'b'])).toBe('a.service');
  });

  it('asks nobody about one alone', async () => {
    const { config, folder } = withSystemctl('echo LoadState=not-found');
    expect(harvestUnit(await withLoadedHarvestUnit(config))).toBe('quantum-harvest-consumer.service');
    expect(existsSync(join(folder, 'calls'))).toBe(false);
  });
});
