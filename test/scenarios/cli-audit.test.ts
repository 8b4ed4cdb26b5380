import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { packageRoot } from '../../src/platform/package-root.js';
import { writeLedgerHistory } from '../support/ledger-history.js';
import { runProgram, type ProgramOutcome } from '../support/run-program.js';
import { temporaryFolder } from '../support/workspace.js';

const records = 300;
let folder: string;
let ledger: string;
let lastHash: string;

beforeEach(() => {
  folder = temporaryFolder();
  ledger = join(folder, 'state', 'ledger.jsonl');
  mkdirSync(dirname(ledger));
  writeFileSync(join(folder, 'redline.yml'), stringify({ state: { directory: join(folder, 'state') } }));
  lastHash = writeLedgerHistory(ledger, records).hash;
});

function audit(...args: readonly string[]): Promise<ProgramOutcome> {
  return runProgram(['--config', join(folder, 'redline.yml'), 'audit', ...args]);
}

function replaceLine(number: number, line: string): void {
  const lines = readFileSync(ledger, 'utf8').split('\n');
  writeFileSync(ledger, lines.toSpliced(number - 1, 1, line).join('\n'));
}

describe('redline audit export', () => {
  it('writes the records as they are kept, to be verified elsewhere', async () => {
    const output = join(folder, 'archive', 'ledger.jsonl');
    const piped = await audit('export');
    expect(piped).toMatchObject({ code: 0, stderr: '', stdout: readFileSync(ledger, 'utf8') });
    const written = await audit('export', '--output', output);
    expect(written.stdout).toBe(
      `Written: ${output}: ${records} of ${records} records. Last hash of the ledger: ${lastHash}\n`,
    );
    expect(readFileSync(output)).toEqual(readFileSync(ledger));
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const verified = await audit(
      'verify',
      output,
      '--expect-last-hash',
      lastHash,
      '--expect-records',
      `${records}`,
    );
    expect(verified.stdout).toContain(`Whole: ${output}: ${records} records`);
    expect(verified.code).toBe(0);
  });

  it('picks by time and type', async () => {
    // A record every 30 seconds from 1,700,000,000 on.
    const some = await audit('export', '--since', '1700000300', '--until', '1700000600');
    const part = join(folder, 'part.jsonl');
    writeFileSync(part, some.stdout);
    expect(some.stdout).toBe(`${readFileSync(ledger, 'utf8').split('\n').slice(10, 20).join('\n')}\n`);
    expect((await audit('verify', part)).stdout).toContain('record 1: it does not follow');
    expect((await audit('verify', '--part', part)).stdout).toContain('records 11 to 20, each follows');

    const typed = await audit('export', '--type', 'restart,rollback_started');
    const types = new Set(
      typed.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    );
    expect(types).toEqual(new Set(['restart', 'rollback_started']));
  });

  it('leaves a half written record out and says so', async () => {
    appendFileSync(ledger, '{"seq":301,"ti');
    const { code, stdout, stderr } = await audit('export');
    expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 0, lines: records });
    expect(stderr).toContain('the last record is half written (14 bytes) and left out');
  });

  it('refuses a broken chain by its first bad record, after what is proven', async () => {
    replaceLine(200, '');
    const piped = await audit('export');
    expect(piped.code).toBe(2);
    expect(piped.stdout.trimEnd().split('\n')).toHaveLength(199);
    expect(piped.stderr).toMatch(/NOT WHOLE: .*record 200: it is empty\nWhat stands before/);
    const output = join(folder, 'out.jsonl');
    writeFileSync(output, 'older');
    const written = await audit('export', '--output', output);
    expect(written).toMatchObject({ code: 2, stdout: '' });
    expect(written.stderr).toContain(`${output} was not written`);
    expect(readFileSync(output, 'utf8')).toBe('older');
  });

  it.each([
    [
      ['--type', 'restart,nonsense'],
      '--type "nonsense" is no type of record. There are: cutover_registered,',
    ],
    [['--since', 'yesterday'], '--since "yesterday" is no time.'],
    [['--since', '1700000600', '--until', '1700000600'], '--since must lie before --until.'],
    [['--output', '/dev/null/x'], '--output /dev/null/x cannot be written (EEXIST).'],
  ])('names what is wrong with %s', async (args, message) => {
    const { code, stderr } = await audit('export', ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it('never replaces the ledger by its export', async () => {
    const { code, stderr } = await audit(
      'export',
      '--output',
      join(folder, 'state', '..', 'state', 'ledger.jsonl'),
    );
    expect(stderr).toContain('is the ledger itself');
    expect(code).toBe(1);
  });

  it('ends where its reader does', () => {
    const program = join(packageRoot, 'bin', 'redline.mjs');
    writeLedgerHistory(ledger, 5000);
    const script = `set -o pipefail; '${process.execPath}' '${program}' --config '${folder}/redline.yml' audit export | head -n 1`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toContain('{"seq":1,');
  });
});

describe('redline audit verify', () => {
  it('proves with what was noted of the end that nothing was cut off', async () => {
    const noted = ['--expect-last-hash', lastHash, '--expect-records', `${records}`];
    expect(await audit('verify', ...noted)).toMatchObject({ code: 0 });
    const lines = readFileSync(ledger, 'utf8').split('\n');
    writeFileSync(ledger, `${lines.slice(0, records - 1).join('\n')}\n`);
    expect(await audit('verify')).toMatchObject({ code: 0 });
    const cut = await audit('verify', ...noted);
    expect(cut.code).toBe(2);
    expect(cut.stdout).toContain(
      'none of its 299 records has the expected hash: records were cut off the end',
    );
    expect((await audit('verify', '--expect-records', '300')).stdout).toContain(
      'ends with record 299 where there must be 300',
    );
    const file = await audit('verify', ledger, ...noted);
    expect(file.code).toBe(2);
    expect(file.stdout).toContain('ends with record 299, and none has the expected hash');
  });

  it('lets the ledger grow after the note, and an archive not', async () => {
    const noted = ['--expect-last-hash', lastHash];
    writeLedgerHistory(ledger, records + 5);
    const grown = await audit('verify', ...noted);
    expect(grown.code).toBe(0);
    expect(grown.stdout).toContain('Record 300 has the expected hash; 5 have come since.');
    const archive = await audit('verify', ledger, ...noted);
    expect(archive.code).toBe(2);
    expect(archive.stdout).toContain('the expected last record is record 300, and 5 follow: they were added');
    expect((await audit('verify', ledger, '--expect-records', '300')).stdout).toContain('records were added');
  });

  it('says that the last record is half written', async () => {
    truncateSync(ledger, statSync(ledger).size - 1);
    const { code, stdout, stderr } = await audit('verify');
    expect(code).toBe(0);
    expect(stdout).toContain(`${records - 1} records`);
    expect(stderr).toMatch(/the last record is half written \(\d+ bytes\) and not counted/);
  });

  it('judges several files, each as a ledger of its own', async () => {
    const other = join(folder, 'other.jsonl');
    writeFileSync(other, readFileSync(ledger, 'utf8').replace('QscDeadZone', 'QscDeadZon3'));
    const { code, stdout } = await audit('verify', ledger, other);
    expect(code).toBe(2);
    expect(stdout).toContain(`Whole: ${ledger}: `);
    expect(stdout).toMatch(
      new RegExp(`NOT WHOLE: ${other}: record \\d+: its content does not match its hash`),
    );
    expect(await audit('verify', ledger, other, '--expect-records', '1')).toMatchObject({ code: 1 });
    expect((await audit('verify', join(folder, 'nowhere'))).stderr).toContain('There is no ledger');
    expect((await audit('verify', '--expect-last-hash', 'abc')).stderr).toContain('is no hash');
  });

  it('can be done without Redline, as docs/ledger.md says', () => {
    const page = readFileSync(join(packageRoot, 'docs', 'ledger.md'), 'utf8');
    const script = /```sh\n(prev=[\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(script).toContain('sha256sum');
    const short = join(folder, 'ledger.jsonl');
    const verify = (): string => execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
    writeLedgerHistory(short, 30);
    expect(verify()).toContain('30 records');
    const lines = readFileSync(short, 'utf8').split('\n');
    for (const changed of [
      lines.with(11, (lines[11] ?? '').replace('"time":17', '"time":18')),
      lines.toSpliced(11, 1),
    ]) {
      writeFileSync(short, changed.join('\n'));
      expect(verify()).toContain('record 12 ');
    }
    expect(existsSync(short)).toBe(true);
  });
});
