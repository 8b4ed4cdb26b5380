import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StateFile } from '../../../src/sources/state-file.js';
import { temporaryFolder } from '../../support/workspace.js';

const schema = z.strictObject({ position: z.number(), name: z.string() });
const value = { position: 3, name: 'errors' };

function stateIn(folder: string): { state: StateFile<z.infer<typeof schema>>; log: () => string } {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const state = new StateFile(
    join(folder, 'state', 'errors.json'),
    schema,
    'all counts',
    pino({ level: 'debug' }, sink),
  );
  return { state, log: () => lines.join('') };
}

describe('StateFile', () => {
  it('reads what was written, also by another process', async () => {
    const folder = temporaryFolder();
    expect(await stateIn(folder).state.read()).toEqual({ value: undefined, problem: undefined });
    await stateIn(folder).state.write(value);
    expect(await stateIn(folder).state.read()).toEqual({ value: value, problem: undefined });
    expect(statSync(join(folder, 'state', 'errors.json')).mode & 0o777).toBe(0o600);
  });

  it('writes only what differs from what the file holds', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'state', 'errors.json');
    await stateIn(folder).state.write(value);
    const { ino } = statSync(path);
    const { state } = stateIn(folder);
    await state.read();
    await state.write({ ...value });
    expect(statSync(path).ino).toBe(ino);
    await state.write({ ...value, position: 4 });
    expect(statSync(path).ino).not.toBe(ino);
    expect(readFileSync(path, 'utf8')).toContain('4');
  });

  it.each([
    ['no JSON', '{"position": 3', 'is no JSON'],
    [
      'another shape',
      '{"position": "3", "name": "errors"}',
      'is JSON, but not what the exporter writes (position: ',
    ],
    ['another kind', '3', 'is JSON, but not what the exporter writes (it: '],
    ['nothing', '', 'is no JSON'],
    ['far too much', ' '.repeat(17 * 1024 * 1024), 'is larger than anything the exporter writes'],
  ])('sets %s aside, says what is lost by it and begins anew', async (_what, content, problem) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'errors.json'), content);
    const { state } = stateIn(folder);
    const read = await state.read();
    expect(read.value).toBeUndefined();
    expect(read.problem).toContain(`errors.json ${problem}`);
    expect(read.problem).toContain('begun anew; lost with it: all counts');
    const [kept = ''] = readdirSync(join(folder, 'state'));
    expect(kept).toMatch(/^errors\.json\.bad-\d+$/);
    expect(readFileSync(join(folder, 'state', kept), 'utf8')).toBe(content);
    expect(read.problem).toContain(kept);
    await state.write(value);
    expect(await state.read()).toEqual({ value: value, problem: undefined });
  });

  it('fails once where it cannot write, and writes when it can again', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state'), 'a file where the folder should be');
    const { state, log } = stateIn(folder);
    await expect(state.write(value)).rejects.toMatchObject({ reason: 'unwritable' });
    await state.write(value);
    await state.write({ ...value, position: 4 });
    rmSync(join(folder, 'state'));
    await state.write({ ...value, position: 4 });
    expect(await state.read()).toEqual({ value: { ...value, position: 4 }, problem: undefined });
    expect(log()).toContain('written again');
    rmSync(join(folder, 'state'), { recursive: true });
    writeFileSync(join(folder, 'state'), '');
    await expect(state.write(value)).rejects.toMatchObject({ reason: 'unwritable' });
  });

  it('does not take what it cannot look at for nothing', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'state', 'errors.json'), { recursive: true });
    await expect(stateIn(folder).state.read()).rejects.toMatchObject({ reason: 'unreadable' });
  });
});
