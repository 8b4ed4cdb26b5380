import fc from 'fast-check';
import { expect, it } from 'vitest';
import { numberAt } from '../../../src/readings/json-number.js';

const account = {
  equity: 1000.5,
  text: ' 1e3 ',
  yes: true,
  nothing: null,
  word: 'high',
  positions: [
    { symbol: 'ETH', size: 2 },
    { symbol: 'BTC', size: -0.5, note: { "it's": 7 } },
  ],
};

it.each([
  ['$.equity', 1000.5],
  ['$.text', 1000],
  ['$.yes', 1],
  ['$.positions[0].size', 2],
  ['$.positions[-1].size', -0.5],
  ["$.positions[?@.symbol == 'BTC'].size", -0.5],
  ["$.positions[1].note['it\\'s']", 7],
])('%s of an account is %d', (path, value) => {
  expect(numberAt(account, path)).toEqual({ value });
});

it('a document may be the number itself', () => {
  expect(numberAt(42, '$')).toEqual({ value: 42 });
});

it.each([
  ['$.missing', 'missing_field', '$.missing selects nothing'],
  ['$.equity.deeper', 'missing_field', 'selects nothing'],
  ['$.positions[2].size', 'missing_field', 'selects nothing'],
  ['$.toString', 'missing_field', 'selects nothing'],
  ['$.nothing', 'missing_field', '$.nothing selects null'],
  ['$.word', 'invalid_value', '$.word selects "high" and no number'],
  ['$.positions', 'invalid_value', 'and no number'],
  ['$.positions[*].size', 'invalid_value', '$.positions[*].size selects 2 values and not one'],
])('%s of an account is no number: %s', (path, reason, detail) => {
  expect(numberAt(account, path)).toEqual({ reason, detail: expect.stringContaining(detail) as string });
});

it('a document nested deeper than the stack is an error of its own', () => {
  const depth = 30_000;
  const document: unknown = JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`);
  expect(numberAt(document, '$..[?@ == 2]').reason).toBeDefined();
});

it('finds every number by the path to it', () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
  const keys = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.nat({ max: 5 })), { maxLength: 6 });
  fc.assert(
    fc.property(keys, numbers, (steps, value) => {
      const document = steps.reduceRight<unknown>(
        (inner, step) =>
          typeof step === 'number'
            ? [...Array.from({ length: step }, () => null), inner]
            : Object.fromEntries([[step, inner]]),
        value,
      );
      const path = steps.map((step) => `[${typeof step === 'number' ? step : quoted(step)}]`);
      expect(numberAt(document, `$${path.join('')}`)).toEqual({ value });
    }),
  );
});

/** As RFC 9535 writes a name: JSON's escapes in double quotes. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
