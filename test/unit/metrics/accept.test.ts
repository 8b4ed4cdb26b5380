import { expect, it } from 'vitest';
import { acceptsGzip, preferredFormat } from '../../../src/metrics/accept.js';

it.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
  [
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics',
  ],
  ['text/plain;q=0.9,application/openmetrics-text;q=0.1', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=oops', 'text'],
])('answers %s with %s', (header, format) => {
  expect(preferredFormat(header)).toBe(format);
});

it.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['gzip;q=0, *', false],
  ['br;q=1, *;q=0.1', true],
  ['*;q=0', false],
  ['identity', false],
])('an answer to %s is compressed: %s', (header, isCompressed) => {
  expect(acceptsGzip(header)).toBe(isCompressed);
});
