import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { temporaryFolder } from '../support/workspace.js';

const redline = join(packageRoot, 'bin', 'redline.mjs');
const said = "Using the demonstration's configuration, .redline/demo/redline.yml";

/** A folder in which a demonstration was run. */
function folderOfDemonstration(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.redline/demo'), { recursive: true });
  writeFileSync(
    join(folder, '.redline/demo/redline.yml'),
    'state: { directory: state-of-the-demonstration }\n',
  );
  return folder;
}

/** Runs a program in a folder; standard output and error together. */
function run(folder: string, program: string, ...args: readonly string[]): Promise<string> {
  const environment = { PATH: process.env.PATH, TERM: 'xterm' };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env: environment, timeout: 30_000 }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

const type = (folder: string, ...args: readonly string[]): Promise<string> =>
  run(folder, process.execPath, redline, ...args);
/** The same on a terminal. */
const typeOnTerminal = (folder: string, command: string): Promise<string> =>
  run(folder, 'script', '-qec', `${process.execPath} ${redline} ${command}`, '/dev/null');

describe("the demonstration's configuration", () => {
  it('is used for what a person types beside it', async () => {
    const folder = folderOfDemonstration();
    expect(await type(folder, 'audit')).toBe(
      `${join(folder, '.redline/demo/state-of-the-demonstration/ledger.jsonl')} holds no record yet.\n`,
    );
    expect(await typeOnTerminal(folder, 'audit')).toContain(said);
    expect(await typeOnTerminal(folder, 'audit --json')).not.toContain(said);
  });

  it('gives way to a configuration of the folder, or a named one', async () => {
    const folder = folderOfDemonstration();
    writeFileSync(join(folder, 'other.yml'), 'state: { directory: another }\n');
    expect(await typeOnTerminal(folder, '--config other.yml audit')).toMatch(/^\S+\/another\/ledger\.jsonl /);
    writeFileSync(join(folder, 'redline.yml'), 'state: { directory: own }\n');
    expect(await typeOnTerminal(folder, 'audit')).toMatch(/^\S+\/own\/ledger\.jsonl /);
  });

  it.each([
    ['receiver', '/receiver.token'],
    ['up', '/receiver.token'],
    ['exporter --check', 'all defaults'],
  ])('is never used unasked by redline %s', async (command, expected) => {
    const folder = folderOfDemonstration();
    // Not valid, so that whoever reads it says so.
    writeFileSync(join(folder, '.redline/demo/redline.yml'), 'no-such-key: 1\n');
    expect(await type(folder, 'audit')).toContain('no-such-key: unknown key');
    const answer = await type(folder, ...command.split(' '));
    expect(answer).not.toContain('.redline/demo');
    expect(answer).toContain(expected);
  });
});
