import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { quickCheck } from '../../../src/platform/quick-check.js';
import { factSchema, isFact } from '../../../src/rollback/records.js';
import { anyFact } from '../../support/facts.js';

const schema = z.object({
  text: z.string(),
  count: z.number().nullable(),
  kind: z.enum(['a', 'b']),
  always: z.literal(7),
  list: z.array(z.boolean()),
  labels: z.record(z.string(), z.string()),
  absent: z.string().optional(),
  usual: z.number().default(3),
});
const value = {
  text: 'x',
  count: null,
  kind: 'a',
  always: 7,
  list: [true],
  labels: { a: 'b' },
  usual: 1,
};

describe('quickCheck', () => {
  const check = quickCheck(schema);

  it('takes what the schema takes as it is', () => {
    expect(check(value)).toBe(true);
    expect(check({ ...value, count: 1, list: [], labels: {}, absent: 'y', unknown: 1 })).toBe(true);
  });

  it.each([
    ['another type', { text: 1 }],
    ['no number of JSON', { count: Infinity }],
    ['another value', { kind: 'c' }],
    ['another literal', { always: 8 }],
    ['a wrong element', { list: [true, 1] }],
    ['an object for an array', { list: {} }],
    ['a wrong value of a record', { labels: { a: 1 } }],
    ['an array for an object', { labels: ['x'] }],
    ['a wrong value of what may be absent', { absent: null }],
    ['what the schema would fill in', { usual: undefined }],
    ['null', { text: null }],
  ])('leaves %s to the schema', (_, change) => {
    expect(check({ ...value, ...change })).toBe(false);
  });

  it.each([
    ['limits', z.string().max(3)],
    ['formats', z.email()],
    ['whole numbers', z.int()],
    ['strict objects', z.strictObject({})],
    ['coercion', z.coerce.string()],
    ['transformations', z.string().transform((text) => text.length)],
    ['unions without a field that tells', z.union([z.string(), z.number()])],
    ['records of other keys', z.record(z.enum(['a']), z.string())],
  ])('leaves %s to the schema', (_, unknown) => {
    for (const example of ['a', 1, {}, { a: 'b' }]) expect(quickCheck(unknown)(example)).toBe(false);
  });

  it('takes the name of a prototype in a record for what it is', () => {
    expect(check(JSON.parse(JSON.stringify(value).replace('"a":"b"', '"__proto__":"b"')))).toBe(false);
  });
});

describe('isFact', () => {
  const json = fc.jsonValue();

  it('never takes what the schema does not, or would change', () => {
    const damaged = fc
      .tuple(anyFact, fc.nat(), json)
      .map(([fact, place, other]) => damage(JSON.parse(JSON.stringify(fact)) as object, place, other));
    fc.assert(
      fc.property(fc.oneof(anyFact, damaged, json), (candidate) => {
        if (!isFact(candidate)) return;
        const parsed = factSchema.safeParse(candidate);
        expect(parsed.success).toBe(true);
        expect(candidate).toMatchObject(parsed.data ?? {});
      }),
      { numRuns: 2000 },
    );
  });

  it('takes every usual fact, so that none is slow', () => {
    fc.assert(
      fc.property(anyFact, (fact) => {
        fc.pre(fact.type !== 'deployment_started' || fact.deployment.baseline === null);
        expect(isFact(JSON.parse(JSON.stringify(fact)))).toBe(true);
      }),
    );
  });
});

/** Puts something else in the place of one of the values, anywhere below. */
function damage(object: object, place: number, other: unknown): unknown {
  const names = Object.keys(object);
  const name = names[place % names.length];
  if (name === undefined) return other;
  const inner: unknown = Reflect.get(object, name);
  const next = Math.floor(place / names.length);
  const replaced =
    typeof inner === 'object' && inner !== null && next % 2 === 1 ? damage(inner, next >> 1, other) : other;
  return Array.isArray(object) ? object.with(Number(name), replaced) : { ...object, [name]: replaced };
}
