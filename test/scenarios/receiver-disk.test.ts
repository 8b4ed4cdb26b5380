import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../src/platform/errors.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { verifyLedger } from '../../src/rollback/ledger.js';
import { diskUnavailable, PrivateDisk } from '../support/private-disk.js';
import { firing, payload, ReceiverBench, scriptPlan } from '../support/receiver.js';
import { runProgram } from '../support/run-program.js';

/** Longer than the rest of a page, which a file may use up although the disk is full; in the inbox and in the ledger. */
const annotations = { description: 'x'.repeat(2000), summary: 'y'.repeat(9000) };

/** A receiver that keeps its state on the disk, with a canary under observation. */
async function startOn(disk: PrivateDisk): Promise<{ bench: ReceiverBench; canary: string }> {
  const bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    scripts: { 'roll.sh': 'rm -f bad' },
    config: { state: { directory: join(disk.folder, 'state') } },
    launcher: disk.launcher,
  });
  await bench.start();
  return { bench, canary: (await bench.startCanary()).id };
}

/** Leaves no room where the file is. */
function fill(path: string): void {
  writeFileSync(path, '');
  for (const size of [64 * 1024, 4096, 1]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size));
    } catch (error) {
      if (errorCode(error) !== 'ENOSPC') throw error;
    }
  }
}

function ledgerOf(disk: PrivateDisk): string[] {
  return readFileSync(disk.path('state', 'ledger.jsonl'), 'utf8').trimEnd().split('\n');
}

function alert(bench: ReceiverBench, canary: string): Promise<Response> {
  return bench.post('/webhook', payload(firing(canary, 'QscDeadZone', { annotations })));
}

function writeErrors(bench: ReceiverBench, file: string): Promise<number | undefined> {
  return bench.metric(`redline_write_errors_total{file="${file}"}`);
}

async function expectNothingBegun(bench: ReceiverBench): Promise<void> {
  expect(await bench.rollbacks()).toEqual([]);
  expect(bench.runs()).toEqual([]);
}

async function expectOneRollback(bench: ReceiverBench, disk: PrivateDisk): Promise<void> {
  expect((await bench.finishedRollback()).result).toBe('succeeded');
  expect(bench.runs()).toHaveLength(1);
  expect(verifyLedger(ledgerOf(disk))).toMatchObject({ ok: true });
}

if (diskUnavailable !== undefined)
  process.stderr.write(`Skipped: a receiver on a full or broken disk: ${diskUnavailable}\n`);

describe.skipIf(diskUnavailable !== undefined)('a receiver', () => {
  it('whose disk is full takes nothing in, begins nothing, says so, and goes on when there is room', async () => {
    const disk = await PrivateDisk.create();
    disk.run('mkdir state && mount -t tmpfs -o size=256k tmpfs state');
    const { bench, canary } = await startOn(disk);
    fill(disk.path('state', 'ballast'));
    const before = ledgerOf(disk);
    for (let webhook = 1; webhook <= 3; webhook += 1) {
      const response = await alert(bench, canary);
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({ error: 'it could not be written down; try again' });
      expect(await writeErrors(bench, 'inbox')).toBeGreaterThanOrEqual(webhook);
    }
    expect(await bench.metric('redline_webhooks_total{code="503"}')).toBe(3);
    expect(bench.log.match(/the inbox cannot be written/g)).toHaveLength(1);
    expect(await poll(() => (bench.log.includes('ENOSPC') ? true : undefined), 10)).toBe(true);
    await expectNothingBegun(bench);
    expect(ledgerOf(disk)).toEqual(before);

    rmSync(disk.path('state', 'ballast'));
    expect((await alert(bench, canary)).status).toBe(200);
    await expectOneRollback(bench, disk);
    expect(await poll(() => (bench.log.includes('inbox can be written again') ? true : undefined), 10)).toBe(
      true,
    );
  });

  it('that has taken an alert in and cannot write its ledger begins nothing until it can, and then by itself', async () => {
    const disk = await PrivateDisk.create();
    // The inbox has a disk of its own.
    disk.run(`mkdir state inbox
      mount -t tmpfs -o size=256k tmpfs state
      mount -t tmpfs -o size=1m tmpfs inbox
      touch state/inbox.jsonl inbox/file
      mount --bind inbox/file state/inbox.jsonl`);
    const { bench, canary } = await startOn(disk);
    fill(disk.path('state', 'ballast'));
    expect((await alert(bench, canary)).status).toBe(200);
    const tried = await poll(
      async () => (((await writeErrors(bench, 'ledger')) ?? 0) >= 2 ? true : undefined),
      20,
    );
    expect(tried).toBe(true);
    expect(bench.log.match(/the ledger cannot be written/g)?.length).toBeGreaterThanOrEqual(1);
    expect(bench.log.match(/nothing is decided or begun until it can/g)).toHaveLength(1);
    await expectNothingBegun(bench);

    rmSync(disk.path('state', 'ballast'));
    await expectOneRollback(bench, disk);
    expect(await poll(() => (bench.log.includes('ledger can be written again') ? true : undefined), 10)).toBe(
      true,
    );
  });

  it('whose disk fails to sync vouches for nothing that is not on it', async () => {
    const disk = await PrivateDisk.create();
    // A disk that promises more than it has: what does not fit is lost when it is synced, not when it is written.
    disk.run(`mkdir backing state && mount -t tmpfs -o size=4m tmpfs backing
      truncate -s 32m backing/image
      mkfs.ext4 -q -F -b 1024 -N 32 -O ^has_journal -E nodiscard backing/image
      mount -o loop,errors=continue backing/image state`);
    const { bench, canary } = await startOn(disk);
    disk.run('sync -f state');
    fill(disk.path('backing', 'ballast'));
    // More than what was given to the disk before and is free again.
    const large = (deployment: string): Promise<number> =>
      bench.alert(firing(deployment, 'QscDeadZone', { annotations: { summary: 'y'.repeat(60_000) } }));
    const refused = await poll(async () => ((await large('nobody')) === 503 ? true : undefined), 20, 0.01);
    expect(refused).toBe(true);
    expect(await large(canary)).toBe(503);
    expect(await poll(() => (bench.log.includes(', fdatasync') ? true : undefined), 10)).toBe(true);
    await expectNothingBegun(bench);

    rmSync(disk.path('backing', 'ballast'));
    expect(await large(canary)).toBe(200);
    await expectOneRollback(bench, disk);
    const written = ledgerOf(disk);
    await bench.kill('SIGKILL');
    // What was in memory alone is gone with this.
    disk.run('umount state && mount -o loop backing/image state');
    expect(ledgerOf(disk)).toEqual(written);
    await bench.start();
    expect(await bench.rollbacks()).toMatchObject([{ result: 'succeeded' }]);
    expect(bench.runs()).toHaveLength(1);
  });

  it('whose file system turns read-only refuses, and has lost nothing once it is mended', async () => {
    const disk = await PrivateDisk.create();
    disk.run(`mkdir backing state && mount -t tmpfs -o size=4m tmpfs backing
      truncate -s 32m backing/image
      mkfs.ext4 -q -F -b 1024 -E nodiscard backing/image
      mount -o loop,errors=remount-ro backing/image state`);
    const { bench, canary } = await startOn(disk);
    const before = ledgerOf(disk);
    fill(disk.path('backing', 'ballast'));
    const readOnly = await poll(async () => {
      expect((await alert(bench, canary)).status).toBe(503);
      return (
        bench.log.includes('EROFS') ||
        disk.run('grep " $PWD/state " /proc/mounts').includes('ro') ||
        undefined
      );
    }, 20);
    expect(readOnly).toBe(true);
    expect((await alert(bench, canary)).status).toBe(503);
    await expectNothingBegun(bench);

    await bench.kill('SIGKILL');
    disk.run('umount state && rm backing/ballast && mount -o loop backing/image state');
    expect(ledgerOf(disk)).toEqual(before);
    await bench.start();
    expect((await alert(bench, canary)).status).toBe(200);
    await expectOneRollback(bench, disk);
  });

  it('does not start where it could not write, and its ledger can be verified there', async () => {
    const disk = await PrivateDisk.create();
    disk.run('mkdir state && mount -t tmpfs -o size=1m tmpfs state');
    const { bench } = await startOn(disk);
    await bench.kill('SIGTERM');
    disk.run('mount -o remount,ro state');
    const redline = (...args: readonly string[]) => {
      const [program, ...rest] = [
        ...disk.launcher,
        process.execPath,
        join(packageRoot, 'bin', 'redline.mjs'),
      ];
      return runProgram([...rest, '--config', bench.configPath, ...args], program);
    };
    const start = await redline('receiver');
    expect(start.code).toBe(1);
    expect(start.stderr).toContain('EROFS');
    expect(await redline('audit', 'verify')).toMatchObject({ code: 0 });
  });
});
