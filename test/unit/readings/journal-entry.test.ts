import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJournalEntry, unitOf } from '../../../src/readings/journal-entry.js';

const head = { __CURSOR: 's=1;i=2', __REALTIME_TIMESTAMP: '1768023795123456' };
const whole = (fields: object) => ({ text: JSON.stringify({ ...head, ...fields }), end: undefined });

describe('readJournalEntry', () => {
  it('reads what journalctl writes', () => {
    expect(
      readJournalEntry(
        whole({ MESSAGE: 'text', PRIORITY: '3', _SYSTEMD_UNIT: 'a@x_1.service', UNIT: 'b.service' }),
      ),
    ).toEqual({
      cursor: 's=1;i=2',
      microseconds: 1_768_023_795_123_456,
      priority: 3,
      message: 'text',
      owner: 'a@x_1.service',
      about: ['b.service'],
    });
  });

  it.each([
    [[98, 105, 110, 1, 255], 'bin\u0001\ufffd'],
    [['one', 'two'], 'one\ntwo'],
    [[[79, 78, 69], 'two'], 'ONE\ntwo'],
    [[], ''],
    [null, ''],
    [7, ''],
    [undefined, ''],
  ])('a message of %j is %j', (message, expected) => {
    expect(readJournalEntry(whole({ MESSAGE: message }))?.message).toBe(expected);
  });

  it.each([
    '',
    'x',
    '[]',
    'null',
    '7',
    '{}',
    '{"__CURSOR":"a"}',
    '{"__CURSOR":"a","__REALTIME_TIMESTAMP":"x"}',
  ])('%s is no entry', (text) => {
    expect(readJournalEntry({ text, end: undefined })).toBeUndefined();
  });

  it.each(['8', '', 'x', null])('a priority of %j is none', (priority) => {
    expect(readJournalEntry(whole({ PRIORITY: priority }))?.priority).toBeUndefined();
  });

  it('reads a line whose middle was dropped, in whatever order its fields stand', () => {
    const message = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 300, maxLength: 500 }),
      // One that tries to pass for a field.
      fc.constant(`","_SYSTEMD_UNIT":"forged.service","__CURSOR":"forged" ${'\\"'.repeat(300)}`),
      fc.array(fc.nat(255), { minLength: 300, maxLength: 400 }),
    );
    const order = fc.shuffledSubarray(
      ['__CURSOR', '__REALTIME_TIMESTAMP', 'MESSAGE', '_SYSTEMD_UNIT', 'PRIORITY'],
      {
        minLength: 5,
      },
    );
    fc.assert(
      fc.property(message, order, fc.integer({ min: 200, max: 290 }), (MESSAGE, names, cut) => {
        const fields: Record<string, unknown> = {
          ...head,
          MESSAGE,
          _SYSTEMD_UNIT: 'a.service',
          PRIORITY: '2',
        };
        const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, fields[name]])));
        const entry = readJournalEntry({ text: text.slice(0, cut), end: text.slice(-190) });
        expect(entry).toMatchObject({ cursor: 's=1;i=2', owner: 'a.service', priority: 2 });
        const expected = Array.isArray(MESSAGE) ? Buffer.from(MESSAGE).toString('utf8') : MESSAGE;
        expect(entry?.message.length).toBeGreaterThan(0);
        // The last characters may have been cut through.
        expect(expected.startsWith(entry?.message.slice(0, -3) ?? 'x')).toBe(true);
      }),
    );
  });
});

describe('unitOf', () => {
  const followed = new Set(['a.service', 'b.service', 'init.scope']);
  const entry = { cursor: 'c', microseconds: 1, priority: undefined, message: '' };

  it.each([
    ['a.service', [], 'a.service'],
    // A service may write any field; only systemd's own are about another unit.
    ['a.service', ['b.service'], 'a.service'],
    ['init.scope', ['b.service'], 'b.service'],
    ['init.scope', ['other.service'], 'init.scope'],
    ['systemd-coredump@1.service', ['', 'b.service'], 'b.service'],
    ['other.service', [], undefined],
    ['', [], undefined],
  ])('of %s about %j is %s', (owner, about, expected) => {
    expect(unitOf({ ...entry, owner, about }, followed)).toBe(expected);
  });
});
