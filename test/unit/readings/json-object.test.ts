import { expect, it } from 'vitest';
import { parseJsonObject } from '../../../src/readings/json-object.js';

it.each([
  ['{"a": 1}', { a: 1 }],
  ['{}', {}],
  ['[1]', undefined],
  ['null', undefined],
  ['', undefined],
  ['{"a": NaN}', undefined],
  ['{"a": 1', undefined],
])('parseJsonObject reads %s', (text, expected) => {
  expect(parseJsonObject(text)).toEqual(expected);
});
