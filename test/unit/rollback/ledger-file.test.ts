import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChainError } from '../../../src/rollback/chain.js';
import { readLedgerFile } from '../../../src/rollback/ledger-file.js';
import type { LedgerRecord } from '../../../src/rollback/records.js';
import { anyFact } from '../../support/facts.js';
import { chainFacts } from '../../support/ledger-history.js';
import { temporaryFolder } from '../../support/workspace.js';

let path: string;

beforeEach(() => {
  path = join(temporaryFolder(), 'ledger.jsonl');
});

interface Outcome {
  readonly records: LedgerRecord[];
  readonly unfinished: number;
  /** the first bad record */
  readonly bad: number | undefined;
  readonly reason: string;
}

/** Reads these bytes as a ledger. */
async function read(bytes: Uint8Array | string, isPart = false): Promise<Outcome> {
  writeFileSync(path, bytes);
  const records: LedgerRecord[] = [];
  try {
    const { unfinished } = await readLedgerFile(
      path,
      (entries) => {
        records.push(...entries.map(({ record }) => record));
      },
      isPart,
    );
    return { records, unfinished, bad: undefined, reason: '' };
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return { records, unfinished: 0, bad: error.line, reason: error.message };
  }
}

function fileOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

const anyLedger = fc.array(anyFact, { minLength: 1, maxLength: 6 }).map((facts) => chainFacts(facts));

describe('a ledger in which something was changed', () => {
  it('is found out, whichever byte it is and whatever it becomes', async () => {
    await fc.assert(
      fc.asyncProperty(anyLedger, fc.nat(), fc.integer({ min: 1, max: 255 }), async (ledger, place, flip) => {
        const bytes = fileOf(ledger.lines);
        const position = place % bytes.length;
        const line = bytes.subarray(0, position).filter((byte) => byte === 0x0a).length + 1;
        bytes[position] = (bytes[position] ?? 0) ^ flip;
        const { records, bad, unfinished } = await read(bytes);
        if (position === bytes.length - 1) {
          // The newline of the last record: what lacks it is not written to its end.
          expect({ bad, isUnfinished: unfinished > 0 }).toEqual({ bad: undefined, isUnfinished: true });
        } else expect(bad).toBe(line);
        // What stands before it is handed over, and as it was.
        expect(records).toEqual(ledger.records.slice(0, line - 1));
      }),
      { numRuns: 500 },
    );
  });

  it('and cut anywhere loses the record that is cut, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(anyLedger, fc.nat(), async ({ lines, records }, place) => {
        const bytes = fileOf(lines);
        const cut = bytes.subarray(0, place % (bytes.length + 1));
        const whole = cut.filter((byte) => byte === 0x0a).length;
        const outcome = await read(cut);
        expect(outcome.records).toEqual(records.slice(0, whole));
        expect(outcome.bad).toBeUndefined();
        expect(outcome.unfinished).toBe(cut.length - (cut.lastIndexOf(0x0a) + 1));
      }),
      { numRuns: 300 },
    );
  });

  it('and with records removed, added or swapped is found out at the first of them', async () => {
    const edits = fc.constantFrom('remove', 'double', 'swap');
    const ledgers = fc.array(anyFact, { minLength: 3, maxLength: 6 }).map((facts) => chainFacts(facts));
    await fc.assert(
      fc.asyncProperty(ledgers, fc.nat(), edits, async ({ lines, records }, place, edit) => {
        const at = place % (lines.length - 1);
        const [one = '', two = ''] = lines.slice(at, at + 2);
        const [count, ...replaced] =
          edit === 'remove' ? [1] : edit === 'double' ? [1, one, one] : ([2, two, one] as const);
        const outcome = await read(fileOf(lines.toSpliced(at, count, ...replaced)));
        const first = edit === 'double' ? at + 2 : at + 1;
        expect(outcome).toMatchObject({ bad: first, records: records.slice(0, first - 1) });
      }),
      { numRuns: 200 },
    );
  });
});

describe('the first bad record', () => {
  const { lines } = chainFacts([1, 2, 3].map((cutover) => ({ type: 'cutover_registered', cutover })));
  const [one = '', two = '', three = ''] = lines;
  /** A record with a right hash of whatever it says. */
  const hashed = (body: object): string => {
    const text = JSON.stringify(body);
    return `${text.slice(0, -1)},"hash":"${createHash('sha256').update(text).digest('hex')}"}`;
  };
  const prev = /"hash":"(\w+)"/.exec(one)?.[1] ?? '';

  it.each([
    ['a changed value', [one, two.replace('"cutover":2', '"cutover":7'), three], 2, 'it was changed'],
    ['a changed type', [one, two.replace('cutover_r', 'cutover_x'), three], 2, 'it was changed'],
    ['a removed record', [one, three], 2, 'its number is 3 where 2 must stand'],
    ['the first one removed', [two, three], 1, 'its number is 2 where 1 must stand'],
    [
      'an inserted record',
      [one, hashed({ seq: 2, time: 1, type: 'restart', role: 'engine', at: 1, prev }), two],
      3,
      'does not follow',
    ],
    ['garbage', [one, 'garbage', two], 2, 'it does not end with its hash'],
    ['garbage at the end', [one, two, three, 'garbage'], 4, 'it does not end with its hash'],
    ['an empty line', [one, '', two], 2, 'it is empty'],
    ['an empty line at the end', [one, ''], 2, 'it is empty'],
    ['another system’s line ends', lines.map((line) => `${line}\r`), 1, 'carriage return'],
    ['a byte order mark', [`\ufeff${one}`, two], 1, 'it is no JSON'],
    [
      'no number',
      [hashed({ time: 1, type: 'restart', role: 'engine', at: 1, prev: '0'.repeat(64) })],
      1,
      'it lacks its number',
    ],
    [
      'a newer type',
      [one, hashed({ seq: 2, time: 1, type: 'moon_phase', prev }), three],
      2,
      'its type "moon_phase" is none that this version knows, though its hash is right: a newer version wrote it',
    ],
    [
      'a known type with other fields',
      [one, hashed({ seq: 2, time: 1, type: 'restart', prev })],
      2,
      'it is no restart that this version knows, though its hash is right: role',
    ],
  ] as const)('is named for %s', async (_, changed, bad, reason) => {
    const outcome = await read(fileOf(changed));
    expect(outcome.bad).toBe(bad);
    expect(outcome.reason).toContain(reason);
  });

  it('takes no bytes that are no text for the text that they resemble', async () => {
    const { lines: resembling } = chainFacts([{ type: 'incident_written', rollback: 'r', file: '\ufffd' }]);
    const bytes = fileOf(resembling);
    const at = bytes.indexOf('\ufffd');
    const shortened = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
    expect((await read(bytes)).bad).toBeUndefined();
    expect((await read(shortened)).reason).toContain('it was changed');
  });
});

it('reads a part from its first record on, where that is asked for', async () => {
  const { lines, records } = chainFacts(
    [1, 2, 3].map((cutover) => ({ type: 'cutover_registered', cutover })),
  );
  expect((await read(fileOf(lines.slice(1)), true)).records).toEqual(records.slice(1));
  expect(await read(fileOf([lines[1] ?? '', lines[1] ?? '']), true)).toMatchObject({ bad: 2 });
});
