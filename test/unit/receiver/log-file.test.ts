import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTail } from '../../../src/platform/tail.js';
import { LogFile } from '../../../src/receiver/log-file.js';
import { temporaryFolder } from '../../support/workspace.js';

describe('LogFile', () => {
  it('creates its folder, and begins a new line after a write that failed', async () => {
    const path = join(temporaryFolder(), 'logs', 'monitor.log');
    const log = new LogFile(path);
    expect(await log.read()).toBe('');
    await log.append(['one', 'two']);
    await log.append([]);
    rmSync(path);
    mkdirSync(path);
    await expect(log.append(['three'])).rejects.toThrow('EISDIR');
    rmSync(path, { recursive: true });
    writeFileSync(path, 'one\ntwo\nthr');
    await log.append(['three']);
    await log.append(['four']);
    expect(await log.read()).toBe('one\ntwo\nthr\nthree\nfour\n');
  });

  it('is archived under a name that is free', async () => {
    const folder = temporaryFolder();
    const log = new LogFile(join(folder, 'monitor.log'));
    for (const text of ['first', 'second', 'third']) {
      await log.append([text]);
      await log.archive('20260110');
    }
    const archived = (name: string): string => readFileSync(join(folder, 'archive', name), 'utf8');
    expect(archived('20260110.log')).toBe('first\n');
    expect(archived('20260110-2.log')).toBe('second\n');
    expect(archived('20260110-3.log')).toBe('third\n');
    expect(existsSync(log.path)).toBe(false);
    expect(await log.archive('20260110')).toBeUndefined();
  });
});

describe('readTail', () => {
  it('reads the last whole lines within its bounds', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'aaaa\nbbbb\ncccc\n');
    expect(await readTail(path, 2, 1000)).toBe('bbbb\ncccc\n');
    expect(await readTail(path, 100, 1000)).toBe('aaaa\nbbbb\ncccc\n');
    expect(await readTail(path, 100, 12)).toBe('bbbb\ncccc\n');
    writeFileSync(path, '');
    expect(await readTail(path, 100, 12)).toBe('');
    await expect(readTail(temporaryFolder(), 1, 1)).rejects.toThrow('is no regular file');
  });
});
