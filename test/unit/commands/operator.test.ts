import { userInfo } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { operatorName } from '../../../src/commands/operator.js';

describe('who acts', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is the name given, else the user behind sudo, else the user', () => {
    vi.stubEnv('USER', 'root');
    vi.stubEnv('SUDO_USER', 'alice');
    expect(operatorName('bob')).toBe('bob');
    expect(operatorName(undefined)).toBe('alice');
    vi.stubEnv('SUDO_USER', undefined);
    expect(operatorName(undefined)).toBe('root');
  });

  it('is the name of the account where the environment names nobody', () => {
    vi.stubEnv('USER', undefined);
    vi.stubEnv('SUDO_USER', undefined);
    let account = '';
    try {
      account = userInfo().username;
    } catch {
      // An account without a name.
    }
    expect(operatorName(undefined)).toBe(account);
  });

  it('is cut to what the record takes', () => {
    expect(operatorName('x'.repeat(200))).toHaveLength(128);
  });
});
