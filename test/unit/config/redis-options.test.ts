import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { redisTarget } from '../../../src/config/redis-options.js';
import { UserError } from '../../../src/platform/errors.js';

function targetOf(url: string): ReturnType<typeof redisTarget> {
  return redisTarget(parseConfig({ redis: { url } }, 'the test').redis);
}

describe('redisTarget', () => {
  it('decodes the credentials of the URL', () => {
    expect(targetOf('redis://us%2Fer:pa%25ss@host:7000/2')).toMatchObject({
      kind: 'server',
      options: { host: 'host', port: 7000, username: 'us/er', password: 'pa%ss', db: 2 },
    });
  });

  it('tries to connect for ever, and never pauses for longer than it is told', () => {
    const { redis } = parseConfig({}, 'the test');
    const longest = (target: ReturnType<typeof redisTarget>): unknown[] =>
      target.kind === 'server' ? [1, 5, 100].map((attempt) => target.options.retryStrategy?.(attempt)) : [];
    expect(longest(redisTarget(redis))).toEqual([50, 800, 3000]);
    expect(longest(redisTarget(redis, 0.5))).toEqual([50, 500, 500]);
  });

  it.each([
    ['a password', 'redis://:pa%ss@host'],
    ['a user name', 'redis://pa%ss:x@host'],
    ['a URL', 'redis//pa%ss@host'],
    ['a database', 'redis://:pass@host/pa%ss'],
  ])('refuses %s that cannot be used, naming the key and repeating nothing of it', (_what, url) => {
    const refusal = messageOf(() => targetOf(url));
    expect(refusal).toMatch(/^redis\.url /);
    expect(refusal).not.toMatch(/pa%?ss[@:]|pa%ss/);
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('it was not refused');
}
