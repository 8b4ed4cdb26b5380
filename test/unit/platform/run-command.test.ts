import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { poll } from '../../../src/platform/poll.js';
import { runCommand, type CommandOutcome } from '../../../src/platform/run-command.js';
import { temporaryFolder } from '../../support/workspace.js';

const environment = { PATH: process.env.PATH ?? '' };

function bash(script: string, timeoutSeconds = 30, cwd = '/'): Promise<CommandOutcome> {
  return runCommand({ argv: ['bash', '-c', script], cwd, environment, stdin: '', timeoutSeconds });
}

/** Whether the process is there and no zombie. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}

async function pidIn(file: string): Promise<number> {
  const text = await poll(() => {
    const content = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return content.endsWith('\n') ? content : undefined;
  }, 10);
  return Number(text);
}

describe('runCommand', () => {
  it('gives exit code and both outputs', async () => {
    expect(await bash('echo out; echo err >&2; exit 3')).toEqual({
      exit_code: 3,
      signal: null,
      timed_out: false,
      error: '',
      output: 'out\nerr\n',
      output_truncated: false,
    });
  });

  it('hands over standard input and nothing of our own environment', async () => {
    const end = await runCommand({
      argv: ['bash', '-c', 'cat; env'],
      cwd: '/',
      environment: { ...environment, GREETING: 'a b; $(c)' },
      stdin: 'hello\n',
      timeoutSeconds: 30,
    });
    const lines = end.output.trim().split('\n');
    expect(lines).toContain('hello');
    expect(lines).toContain('GREETING=a b; $(c)');
    const names = lines.slice(1).map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['GREETING', 'PATH', 'PWD', 'SHLVL', '_']);
  });

  it('does not mind a command that reads nothing of a long input', async () => {
    const end = await runCommand({
      argv: ['true'],
      cwd: '/',
      environment,
      stdin: 'x'.repeat(1_000_000),
      timeoutSeconds: 30,
    });
    expect(end.exit_code).toBe(0);
  });

  it('tells an end by signal as such', async () => {
    expect(await bash('kill -SEGV $$')).toMatchObject({
      exit_code: null,
      signal: 'SIGSEGV',
      timed_out: false,
    });
  });

  it('keeps the first and the last of a long output', async () => {
    const end = await bash('echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last');
    expect(end.output_truncated).toBe(true);
    expect(end.output.startsWith('first\n')).toBe(true);
    expect(end.output.endsWith('last\n')).toBe(true);
    expect(end.output.length).toBeLessThan(34_000);
  });

  it('ends the whole group when time is up, also who ignores TERM and holds the output', async () => {
    const folder = temporaryFolder();
    const end = await bash(
      `bash -c 'trap "" TERM; echo $BASHPID > grandchild; while :; do sleep 1; done' & echo started; wait`,
      1,
      folder,
    );
    expect(end).toMatchObject({ timed_out: true, output: 'started\n' });
    expect(end.exit_code).not.toBe(0);
    expect(isAlive(await pidIn(join(folder, 'grandchild')))).toBe(false);
  });

  it('ends whoever carries the mark when time is up, also who forked twice into a session of its own', async () => {
    const folder = temporaryFolder();
    const script = `(setsid bash -c 'trap "" TERM; echo $BASHPID > daemon; while :; do sleep 1; done' &)
until test -s daemon; do sleep 0.05; done
echo started; sleep 60`;
    const end = await runCommand({
      argv: ['bash', '-c', script],
      cwd: folder,
      environment: { ...environment, RUN_OF_THIS_TEST: folder },
      stdin: '',
      timeoutSeconds: 2,
      mark: 'RUN_OF_THIS_TEST',
    });
    expect(end).toMatchObject({ timed_out: true, signal: 'SIGTERM', output: 'started\n' });
    expect(isAlive(await pidIn(join(folder, 'daemon')))).toBe(false);
  });

  it('lets a command clean up after TERM', async () => {
    const end = await bash('trap "echo cleaned; exit 7" TERM; echo ready; sleep 60 & wait', 1);
    expect(end).toMatchObject({ timed_out: true, exit_code: 7 });
    expect(end.output).toContain('cleaned');
  });

  it('does not wait for a daemon that keeps the output open, and leaves it running', async () => {
    const folder = temporaryFolder();
    const end = await bash('(echo $BASHPID > daemon; exec sleep 60) & echo done', 30, folder);
    expect(end).toMatchObject({ exit_code: 0, output: 'done\n' });
    const daemon = await pidIn(join(folder, 'daemon'));
    expect(isAlive(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
  });

  it.each([
    ['missing', undefined, 0o755, 'does not exist'],
    ['not executable', '#!/bin/sh\n', 0o644, 'is not executable'],
    ['with an interpreter that is missing', '#!/nowhere/sh\n', 0o755, 'does not exist'],
  ])('says why a program that is %s cannot be started', async (_, content, mode, reason) => {
    const path = join(temporaryFolder(), 'program');
    if (content !== undefined) {
      writeFileSync(path, content);
      chmodSync(path, mode);
    }
    const end = await runCommand({ argv: [path], cwd: '/', environment, stdin: '', timeoutSeconds: 5 });
    expect(end).toMatchObject({ exit_code: null, signal: null, timed_out: false });
    expect(end.error).toContain(path);
    expect(end.error).toContain(reason);
  });

  it('says why a text that no program can be given cannot be given', async () => {
    const end = await runCommand({
      argv: ['true', 'a\0b'],
      cwd: '/',
      environment,
      stdin: '',
      timeoutSeconds: 5,
    });
    expect(end.error).toContain('true cannot be started');
  });
});
