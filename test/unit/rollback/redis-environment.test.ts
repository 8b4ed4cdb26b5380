import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { redisEnvironment } from '../../../src/rollback/redis-environment.js';

function environmentOf(redis: object): Record<string, string> {
  return redisEnvironment(parseConfig({ redis }, 'the test').redis);
}

const keys = {
  ROLLBACK_CALIBRATION_STATUS_KEY: 'quantum:calibration:status',
  ROLLBACK_CALIBRATION_ROLLBACK_KEY: 'quantum:calibration:rollback',
};

describe('redisEnvironment', () => {
  it('is host, port and keys where nothing else is configured', () => {
    expect(environmentOf({})).toEqual({
      ...keys,
      ROLLBACK_REDIS_HOST: '127.0.0.1',
      ROLLBACK_REDIS_PORT: '6379',
    });
  });

  it('takes the URL apart', () => {
    expect(environmentOf({ url: 'rediss://us%2Fer:pa%25ss@[::1]:7000/2' })).toEqual({
      ...keys,
      ROLLBACK_REDIS_HOST: '::1',
      ROLLBACK_REDIS_PORT: '7000',
      ROLLBACK_REDIS_DATABASE: '2',
      ROLLBACK_REDIS_USERNAME: 'us/er',
      ROLLBACK_REDIS_PASSWORD: 'pa%ss',
      ROLLBACK_REDIS_TLS: 'yes',
    });
  });

  it('names the file of a password, and then hands no password over', () => {
    const environment = environmentOf({ url: 'redis://:secret@host', password_file: '/run/password' });
    expect(environment).toMatchObject({ ROLLBACK_REDIS_PASSWORD_FILE: '/run/password' });
    expect(Object.values(environment)).not.toContain('secret');
  });

  it.each(['none', 'redis://:pa%ss@host', 'redis://host/x'])(
    'says of the URL %s what is wrong, repeats no password, and names no other server',
    (url) => {
      const environment = environmentOf({ url });
      expect(environment.ROLLBACK_REDIS_PROBLEM).toMatch(/^redis\.url /);
      expect(environment).not.toHaveProperty('ROLLBACK_REDIS_HOST');
      expect(JSON.stringify(environment)).not.toContain('pa%ss');
    },
  );
});
