import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PidFileSource } from '../../../src/sources/process.js';
import { temporaryFolder } from '../../support/workspace.js';

function start(command: string, args: readonly string[] = []): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

function pidFile(content: string): string {
  const path = join(temporaryFolder(), 'engine.pid');
  writeFileSync(path, content);
  return path;
}

describe('PidFileSource', () => {
  it('reads a running process and when it began, the same each time', async () => {
    const before = Date.now() / 1000;
    const child = start('sleep', ['60']);
    await once(child, 'spawn');
    const after = Date.now() / 1000;
    const source = new PidFileSource(pidFile(`${child.pid ?? 0}\n`));
    const facts = await source.read();
    expect(facts).toMatchObject({ exists: true, process: { pid: child.pid } });
    // The kernel counts in hundredths.
    expect(facts.process?.startedAt).toBeGreaterThan(before - 0.05);
    expect(facts.process?.startedAt).toBeLessThan(after + 0.05);
    expect(await source.read()).toEqual(facts);
  });

  it('is not confused by what a process calls itself', async () => {
    const child = start('sh', ['-c', 'printf ") Z 1 (" >/proc/$$/comm; echo named; sleep 60']);
    if (child.stdout !== null) await once(child.stdout, 'data');
    expect(await new PidFileSource(pidFile(String(child.pid))).read()).toMatchObject({
      process: { pid: child.pid },
    });
  });

  it('tells an ended process, an unreaped one and a missing file from a running one', async () => {
    const child = start('true');
    await once(child, 'exit');
    expect(await new PidFileSource(pidFile(String(child.pid))).read()).toEqual({
      exists: true,
      process: undefined,
    });

    // The shell turns into a process that never asks how its child ended.
    const parent = start('sh', ['-c', 'true & echo $!; exec sleep 60']);
    const [output] = parent.stdout === null ? [] : ((await once(parent.stdout, 'data')) as [Buffer]);
    const unreaped = new PidFileSource(pidFile(String(output)));
    await expect.poll(() => unreaped.read()).toEqual({ exists: true, process: undefined });

    const nowhere = join(temporaryFolder(), 'engine.pid');
    expect(await new PidFileSource(nowhere).read()).toEqual({ exists: false, process: undefined });
  });

  it('takes no process that began after its pid file was written', async () => {
    const child = start('sleep', ['60']);
    await once(child, 'spawn');
    const path = pidFile(String(child.pid));
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(path, anHourAgo, anHourAgo);
    expect(await new PidFileSource(path).read()).toEqual({ exists: true, process: undefined });
  });

  it.each(['', 'engine', '-1', '0', '1 2', '99999999999'])(
    'refuses a file that says "%s"',
    async (content) => {
      await expect(new PidFileSource(pidFile(content)).read()).rejects.toMatchObject({
        reason: 'invalid_value',
      });
    },
  );

  it('says when the file cannot be read', async () => {
    const folder = join(temporaryFolder(), 'engine.pid');
    mkdirSync(folder);
    await expect(new PidFileSource(folder).read()).rejects.toMatchObject({ reason: 'unreadable' });
  });
});
