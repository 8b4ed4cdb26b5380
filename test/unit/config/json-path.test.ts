import { expect, it } from 'vitest';
import { parseJsonPath } from '../../../src/config/json-path.js';

it.each([
  ['$.account.margin', 'account'],
  ["$['my account'][0]", 'my account'],
  ['$.a..b', 'a'],
  ['$', undefined],
  ['$[0].a', undefined],
  ['$.*', undefined],
  ["$['a','b']", undefined],
  ['$..a', undefined],
  ['$[?@.a]', undefined],
])('%s begins with the member %s', (path, member) => {
  expect(parseJsonPath(path)).toEqual({ member });
});
