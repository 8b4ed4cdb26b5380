import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DurableLog } from '../../../src/platform/durable-log.js';
import { temporaryFolder } from '../../support/workspace.js';

async function reopen(path: string): Promise<{ lines: string[]; torn: boolean }> {
  const lines: string[] = [];
  const { log, torn } = await DurableLog.open(path, (line) => lines.push(line));
  await log.close();
  return { lines, torn: torn !== undefined };
}

describe('DurableLog', () => {
  it('gives back what was appended, in order, and creates its folder', async () => {
    const path = join(temporaryFolder(), 'deep', 'log.jsonl');
    const { log } = await DurableLog.open(path, () => undefined);
    await log.append(['{"a":1}', '{"a":2}']);
    await log.append(['{"a":"ø"}']);
    expect(log.size).toBe(readFileSync(path).length);
    await log.close();
    expect(await reopen(path)).toEqual({ lines: ['{"a":1}', '{"a":2}', '{"a":"ø"}'], torn: false });
  });

  it('reads lines that are longer than one piece, and many in one piece', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    const lines = [
      JSON.stringify('x'.repeat(3_000_000)),
      '1',
      '2',
      JSON.stringify('y'.repeat(1_100_000)),
      '3',
    ];
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    expect((await reopen(path)).lines).toEqual(lines);
  });

  it.each([
    ['a line without its end', '{"a":2', '{"a":2'],
    ['a line that is whole but for its newline', '{"a":2}', '{"a":2}'],
    ['a last line that is no JSON', '{"a":\0\0\0\n', '{"a":\0\0\0\n'],
  ])('moves %s aside and loses no other', async (_, tail, moved) => {
    const folder = temporaryFolder();
    const path = join(folder, 'log.jsonl');
    writeFileSync(path, `{"a":1}\n${tail}`);
    expect(await reopen(path)).toEqual({ lines: ['{"a":1}'], torn: true });
    const aside = readdirSync(folder).find((name) => name.startsWith('log.jsonl.torn-'));
    expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toBe(moved);
    expect(await reopen(path)).toEqual({ lines: ['{"a":1}'], torn: false });
  });

  it('goes on behind a torn tail', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(path, '1\n2');
    const { log } = await DurableLog.open(path, () => undefined);
    await log.append(['3']);
    await log.close();
    expect((await reopen(path)).lines).toEqual(['1', '3']);
  });

  it('hides nothing that is broken before the end: that is for the reader to judge', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(path, '1\nbroken\n3\n');
    expect(await reopen(path)).toEqual({ lines: ['1', 'broken', '3'], torn: false });
  });

  it('is empty after clear, and takes more', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    const { log } = await DurableLog.open(path, () => undefined);
    await log.append(['1']);
    await log.clear();
    await log.append(['2']);
    await log.close();
    expect((await reopen(path)).lines).toEqual(['2']);
  });

  it('says what the system says where it cannot be opened', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    mkdirSync(path);
    await expect(DurableLog.open(path, () => undefined)).rejects.toThrow('EISDIR');
  });
});
