import { createServer } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SystemdSource } from '../../src/sources/systemd.js';
import type { UnitProperties } from '../../src/sources/systemd-units.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { temporaryFolder } from '../support/workspace.js';

const patience = { timeout: 15_000, interval: 50 };

/** A source that asks at every reading. */
function open(busAddress: string, timeoutSeconds: number): SystemdSource {
  const source = new SystemdSource({
    busAddress,
    units: ['dbus.service'],
    log: pino({ level: 'silent' }),
    timeoutSeconds,
    rereadSeconds: 0,
  });
  onTestFinished(() => {
    source.close();
  });
  return source;
}

function read(source: SystemdSource): Promise<readonly UnitProperties[]> {
  return source.read(AbortSignal.timeout(10_000));
}

describeWithSystemd('SystemdSource, when the bus is in trouble,', (systemd) => {
  it('reads again after the bus was restarted', async () => {
    const source = open(systemd().busAddress, 1);
    const [before] = await read(source);
    await systemd().systemctl('restart', 'dbus.service');
    await expect
      .poll(async () => (await read(source).catch(() => [before]))[0]?.details?.invocationId, patience)
      .not.toBe(before?.details?.invocationId);
  });

  it('notices at once that the bus went, also while nothing is due to be asked', async () => {
    const source = new SystemdSource({
      busAddress: systemd().busAddress,
      units: ['dbus.service'],
      log: pino({ level: 'silent' }),
      rereadSeconds: 3600,
      settleSeconds: 0,
    });
    const [before] = await read(source);
    await systemd().systemctl('restart', 'dbus.service');
    await expect
      .poll(async () => (await read(source).catch(() => [before]))[0]?.details?.invocationId, patience)
      .not.toBe(before?.details?.invocationId);
    source.close();
  });

  it('fails in time while the bus hangs, or at the deadline of whoever asks, and recovers', async () => {
    const source = open(systemd().busAddress, 1);
    const [unit] = await read(source);
    const pid = await systemd().property('dbus.service', 'MainPID');
    await systemd().run('kill', ['-STOP', pid]);
    await expect(read(source)).rejects.toMatchObject({ reason: 'timeout' });
    const impatient = open(systemd().busAddress, 3600);
    await expect(impatient.read(AbortSignal.timeout(100))).rejects.toMatchObject({ reason: 'timeout' });
    await systemd().run('kill', ['-CONT', pid]);
    await expect.poll(() => read(source).catch(() => []), patience).toEqual([unit]);
  });
});

describe('SystemdSource without a bus', () => {
  it.each([
    ['nothing listens', (folder: string) => `unix:path=${folder}/no-socket`],
    ['the address is none', () => 'carrier-pigeon:loft=3'],
  ])('fails when %s, and at once while it waits to try again', async (_name, address) => {
    const source = open(address(temporaryFolder()), 1);
    await expect(read(source)).rejects.toMatchObject({ reason: 'unreachable' });
    await expect(read(source)).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it.each([
    ['says nothing', undefined, 'timeout'],
    ['talks nonsense', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'unreachable'],
  ])('fails in time when what listens %s', async (_name, answer, reason) => {
    const path = join(temporaryFolder(), 'bus');
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (answer !== undefined) socket.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => {
      server.close();
    });
    await expect(read(open(`unix:path=${path}`, 0.3))).rejects.toMatchObject({ reason });
  });
});
