import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { SystemdSource, type SystemdOptions } from '../../src/sources/systemd.js';
import type { UnitProperties } from '../../src/sources/systemd-units.js';
import { describeWithSystemd } from '../support/systemd-suite.js';

const log = pino({ level: 'silent' });
const patience = { timeout: 15_000, interval: 50 };

let units = 0;

describeWithSystemd('SystemdSource', (systemd) => {
  /** A unit that runs until it is told otherwise. */
  async function newUnit(service = '', name?: string): Promise<string> {
    units += 1;
    const unit = name ?? `source_test-${units}.service`;
    await systemd().writeUnit(unit, unitText(service));
    return unit;
  }

  function unitText(service: string): string {
    const command = service.includes('ExecStart=') ? '' : 'ExecStart=/bin/sleep infinity\n';
    return `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\n${command}${service}\n`;
  }

  function open(names: readonly string[], options: Partial<SystemdOptions> = {}): SystemdSource {
    const source = new SystemdSource({ busAddress: systemd().busAddress, units: names, log, ...options });
    onTestFinished(() => {
      source.close();
    });
    return source;
  }

  /** Learns of changes by systemd's signals alone. */
  const signalsOnly = { rereadSeconds: 3600, settleSeconds: 0 };
  const read = (source: SystemdSource): Promise<readonly UnitProperties[]> =>
    source.read(AbortSignal.timeout(10_000));
  const first = async (source: SystemdSource): Promise<UnitProperties> => {
    const [unit] = await read(source);
    if (unit === undefined) throw new Error('no unit was read');
    return unit;
  };
  const systemctl = async (...args: string[]): Promise<void> => {
    expect(await systemd().systemctl(...args)).toMatchObject({ code: 0 });
  };

  it('reads what systemctl shows', async () => {
    const unit = await newUnit();
    await systemctl('start', unit);
    const show = (name: string): Promise<string> => systemd().property(unit, name);
    expect(await first(open([unit]))).toEqual({
      name: unit,
      loadState: await show('LoadState'),
      activeState: 'active',
      subState: await show('SubState'),
      details: {
        activeEnterMicroseconds: expect.closeTo(Date.now() * 1000, -8) as number,
        invocationId: await show('InvocationID'),
        service: { restarts: 0, result: 'success', execMainStatus: 0 },
      },
    });
  });

  it('reports a unit that there is not, and units of every kind and name', async () => {
    const instance = 'source_test@1-a.service';
    await newUnit('', 'source_test@.service');
    await systemctl('start', instance);
    const names = ['no-such_unit.service', instance, 'dbus.socket', 'default.target'];
    const read_ = await read(open(names));
    expect(read_.map(({ name, loadState, activeState }) => [name, loadState, activeState])).toEqual([
      ['no-such_unit.service', 'not-found', 'inactive'],
      [instance, 'loaded', 'active'],
      ['dbus.socket', 'loaded', 'active'],
      ['default.target', 'loaded', 'active'],
    ]);
    expect(read_.map(({ details }) => details?.service !== undefined)).toEqual([false, true, false, false]);
    expect(read_[0]?.details).toBeUndefined();
  });

  it('asks nothing while nothing changes, whatever is not loaded or does not run', async () => {
    const [running, stopped] = [await newUnit(), await newUnit()];
    await systemctl('start', running);
    const source = open([running, stopped, 'no-such.service'], signalsOnly);
    await expect
      .poll(async () => {
        const before = source.bulkReads;
        for (let count = 0; count < 20; count += 1) await read(source);
        await systemctl('is-active', running);
        await read(source);
        return source.bulkReads - before;
      }, patience)
      .toBe(0);
  });

  it('sees an automatic restart, and a manual one that starts the counter over', async () => {
    const unit = await newUnit('Restart=always\nRestartSec=50ms');
    await systemctl('start', unit);
    const source = open([unit], signalsOnly);
    const before = await first(source);

    await systemctl('kill', '--signal=KILL', unit);
    await expect
      .poll(() => first(source), patience)
      .toMatchObject({ activeState: 'active', details: { service: { restarts: 1 } } });
    const crashed = await first(source);
    expect(crashed.details?.invocationId).not.toBe(before.details?.invocationId);
    expect(crashed.details?.activeEnterMicroseconds).toBeGreaterThan(
      before.details?.activeEnterMicroseconds ?? Infinity,
    );

    await systemctl('restart', unit);
    await expect
      .poll(() => first(source), patience)
      .toMatchObject({ activeState: 'active', details: { service: { restarts: 0 } } });
    const restarted = await first(source);
    expect(restarted.details?.invocationId).not.toBe(crashed.details?.invocationId);
    expect(restarted.details?.activeEnterMicroseconds).toBeGreaterThan(
      crashed.details?.activeEnterMicroseconds ?? Infinity,
    );
  });

  it('sees the gap before an automatic restart', async () => {
    const unit = await newUnit('Restart=always\nRestartSec=1h');
    await systemctl('start', unit);
    const source = open([unit], signalsOnly);
    await first(source);
    await systemctl('kill', '--signal=KILL', unit);
    await expect
      .poll(() => first(source), patience)
      .toMatchObject({
        activeState: 'activating',
        subState: 'auto-restart',
        details: { service: { result: 'signal' } },
      });
  });

  it('sees a unit stop, and one fail with its exit status', async () => {
    const unit = await newUnit();
    await systemctl('start', unit);
    const source = open([unit], signalsOnly);
    await first(source);
    await systemctl('stop', unit);
    await expect
      .poll(() => first(source), patience)
      .toMatchObject({ activeState: 'inactive', subState: 'dead' });

    const failing = await newUnit('ExecStart=/bin/sh -c "exit 3"');
    const watching = open([failing], signalsOnly);
    expect(await first(watching)).toMatchObject({
      activeState: 'inactive',
      details: { activeEnterMicroseconds: 0 },
    });
    await systemctl('start', failing);
    await expect
      .poll(() => first(watching), patience)
      .toMatchObject({
        activeState: 'failed',
        details: { service: { result: 'exit-code', execMainStatus: 3 } },
      });
  });

  it('sees a unit appear, be masked and vanish', async () => {
    const unit = 'source_test-appears.service';
    const source = open([unit], signalsOnly);
    expect(await first(source)).toMatchObject({ loadState: 'not-found' });
    await newUnit('', unit);
    await expect
      .poll(() => first(source), patience)
      .toMatchObject({ loadState: 'loaded', activeState: 'inactive' });
    const path = join(systemd().units, unit);
    rmSync(path);
    symlinkSync('/dev/null', path);
    await systemctl('daemon-reload');
    await expect.poll(() => first(source), patience).toMatchObject({ loadState: 'masked' });
    rmSync(path);
    await systemctl('daemon-reload');
    await expect.poll(() => first(source), patience).toMatchObject({ loadState: 'not-found' });
  });

  it('sees a unit start whose file appeared without a daemon-reload', async () => {
    const unit = 'source_test-unannounced.service';
    const source = open([unit], signalsOnly);
    expect(await first(source)).toMatchObject({ loadState: 'not-found' });
    writeFileSync(join(systemd().units, unit), unitText(''));
    await systemctl('start', unit);
    await expect
      .poll(() => first(source), patience)
      .toMatchObject({ loadState: 'loaded', activeState: 'active' });
  });

  it('sees the changes of a unit that is known by an alias', async () => {
    const unit = await newUnit();
    const alias = 'source_test-alias.service';
    symlinkSync(join('/etc/systemd/system', unit), join(systemd().units, alias));
    await systemctl('daemon-reload');
    await systemctl('start', unit);
    const source = open([alias], signalsOnly);
    await expect.poll(() => first(source), patience).toMatchObject({ name: alias, activeState: 'active' });
    await systemctl('stop', unit);
    await expect.poll(() => first(source), patience).toMatchObject({ name: alias, activeState: 'inactive' });
  });

  it('misses no change in a long row of them', async () => {
    const unit = await newUnit('Restart=on-failure\nRestartSec=20ms');
    const source = open([unit], signalsOnly);
    const always = open([unit], { rereadSeconds: 0 });
    const steps = [
      ['start', unit],
      ['restart', unit],
      ['kill', '--signal=KILL', unit],
      ['stop', unit],
      ['daemon-reload'],
      ['start', unit],
      ['kill', '--signal=TERM', unit],
      ['restart', unit],
      ['restart', unit],
      ['kill', '--signal=KILL', unit],
      ['kill', '--signal=KILL', unit],
      ['stop', unit],
    ];
    // A small generator, so that each round has another order.
    let seed = 7;
    for (let round = 0; round < 60; round += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      await systemd().systemctl(...(steps[seed % steps.length] ?? []));
      if (seed % 3 === 0) continue;
      await expect
        .poll(async () => {
          const [seen, actual] = [await read(source), await read(always)];
          return JSON.stringify(seen) === JSON.stringify(actual);
        }, patience)
        .toBe(true);
    }
  });

  it('reads again by itself after a while', async () => {
    const unit = await newUnit();
    const source = open([unit], { rereadSeconds: 0.2, settleSeconds: 0 });
    await first(source);
    await expect
      .poll(async () => {
        await first(source);
        return source.bulkReads;
      }, patience)
      .toBeGreaterThan(3);
  });
});
