import { describe, expect, it } from 'vitest';
import { list, text, type ListValue, type TextValue } from '../../../src/sources/key-shapes.js';
import { RedisKey } from '../../../src/sources/redis-key.js';

const ok = (value: unknown): [null, unknown] => [null, value];
const refusal: [Error, undefined] = [new Error("NOPERM User redline can't run this"), undefined];

function keyOf(): RedisKey<TextValue | ListValue> {
  return new RedisKey<TextValue | ListValue>('the:key', text, list(2));
}

describe('RedisKey', () => {
  it('is asked again where it is of another type than it was, and then as that', () => {
    const key = keyOf();
    expect(key.commands().map(([name]) => name)).toEqual(['type', 'getrange']);
    expect(key.take([ok('list'), refusal])).toBe(false);
    expect(key.commands().map(([name]) => name)).toEqual(['type', 'lrange', 'llen']);
    expect(key.take([ok('list'), ok(['a', 'b']), ok(7)])).toBe(true);
    expect(key.value()).toEqual({ type: 'list', length: 7, entries: ['a', 'b'] });
  });

  it('that changes its type each time has no value', () => {
    const key = keyOf();
    key.take([ok('list'), ok('')]);
    expect(key.take([ok('string'), ok([]), ok(0)])).toBe(false);
    expect(() => key.value()).toThrow(/changes its type/);
    expect(key.exists).toBe(true);
  });

  it('that is not there is asked for as what it is first', () => {
    const key = keyOf();
    key.take([ok('list'), ok('')]);
    expect(key.take([ok('none'), ok([]), ok(0)])).toBe(true);
    expect(key.value()).toBeUndefined();
    expect(key.exists).toBe(false);
    expect(key.commands().map(([name]) => name)).toEqual(['type', 'getrange']);
  });

  it('says of what it is not that it is of the wrong type', () => {
    const key = keyOf();
    expect(key.take([ok('zset'), refusal])).toBe(true);
    expect(() => key.value()).toThrow('the:key is a zset and not a string or a list');
    expect(key.exists).toBe(true);
  });

  it('that nobody lets be read is neither there nor not there', () => {
    const key = keyOf();
    expect(key.take([refusal, refusal])).toBe(true);
    expect(key.exists).toBeUndefined();
    expect(() => key.value()).toThrow(/NOPERM/);
  });

  it('takes the entries for the length where they are all there', () => {
    const key = new RedisKey('the:key', list(3));
    // One came between the two questions.
    key.take([ok('list'), ok(['a', 'b']), ok(3)]);
    expect(key.value()?.length).toBe(2);
  });

  it('is no longer than it may be', () => {
    const key = keyOf();
    key.take([ok('string'), ok('é'.repeat(32 * 1024))]);
    expect(key.value()).toEqual({ type: 'string', text: 'é'.repeat(32 * 1024) });
    key.take([ok('string'), ok('x'.repeat(64 * 1024 + 1))]);
    expect(() => key.value()).toThrow(/longer than 65536 bytes/);
  });
});
