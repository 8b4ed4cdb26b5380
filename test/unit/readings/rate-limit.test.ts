import { expect, it } from 'vitest';
import { readRateLimit } from '../../../src/readings/rate-limit.js';

type Headers = Readonly<Record<string, string>>;

const of = (headers: Headers) => readRateLimit((name) => headers[name]);

it.each<[Headers, ReturnType<typeof of>]>([
  [
    { 'ratelimit-limit': '100', 'ratelimit-remaining': '15' },
    { limit: 100, remaining: 15 },
  ],
  [
    { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0' },
    { limit: 60, remaining: 0 },
  ],
  [
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '99' },
    { limit: 100, remaining: 99 },
  ],
  [
    {
      'ratelimit-limit': '10',
      'ratelimit-remaining': '1',
      'x-ratelimit-limit': '9',
      'x-ratelimit-remaining': '9',
    },
    { limit: 10, remaining: 1 },
  ],
  [
    { 'ratelimit-limit': '10', 'ratelimit-remaining': '11' },
    { limit: 10, remaining: 10 },
  ],
])('reads %j', (headers, reading) => {
  expect(of(headers)).toEqual(reading);
});

it.each<Headers>([
  {},
  { 'ratelimit-limit': '100' },
  { 'ratelimit-remaining': '100' },
  { 'ratelimit-limit': '0', 'ratelimit-remaining': '0' },
  { 'ratelimit-limit': 'many', 'ratelimit-remaining': '3' },
  { 'ratelimit-limit': '10', 'ratelimit-remaining': '-1' },
])('says nothing of %j', (headers) => {
  expect(of(headers)).toBeUndefined();
});
