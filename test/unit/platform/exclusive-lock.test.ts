import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExclusiveLock } from '../../../src/platform/exclusive-lock.js';
import { UserError } from '../../../src/platform/errors.js';
import { poll } from '../../../src/platform/poll.js';
import { temporaryFolder } from '../../support/workspace.js';

describe('ExclusiveLock', () => {
  it('is held by one, who is named to the second, and free after release', async () => {
    const path = join(temporaryFolder(), 'state', 'lock');
    const lock = await ExclusiveLock.acquire(path, 'first');
    const second = ExclusiveLock.acquire(path, 'second');
    await expect(second).rejects.toThrow(UserError);
    await expect(second).rejects.toThrow(`first, process ${process.pid}`);
    await lock.release();
    expect(existsSync(`${path}.holder`)).toBe(false);
    const third = await ExclusiveLock.acquire(path, 'third');
    await third.release();
  });

  it('is free as soon as its holder is killed', async () => {
    const path = join(temporaryFolder(), 'lock');
    const module = new URL('../../../dist/platform/exclusive-lock.js', import.meta.url).href;
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { ExclusiveLock } = await import(${JSON.stringify(module)});
       await ExclusiveLock.acquire(${JSON.stringify(path)}, 'holder');
       setInterval(() => undefined, 1000);`,
    ]);
    const held = await poll(() => (existsSync(`${path}.holder`) ? true : undefined), 10);
    expect(held).toBe(true);
    await expect(ExclusiveLock.acquire(path, 'second')).rejects.toThrow(`holder, process ${holder.pid ?? 0}`);
    holder.kill('SIGKILL');
    const lock = await poll(() => ExclusiveLock.acquire(path, 'second').catch(() => undefined), 10);
    expect(lock).toBeInstanceOf(ExclusiveLock);
    await lock?.release();
  });

  it('says so when somebody takes it away', async () => {
    const path = join(temporaryFolder(), 'lock');
    const lock = await ExclusiveLock.acquire(path, 'first');
    const lost = new Promise<boolean>((resolve) => {
      lock.onLost(() => {
        resolve(true);
      });
    });
    process.kill(lock.holderPid, 'SIGKILL');
    expect(await lost).toBe(true);
    await lock.release();
  });
});
