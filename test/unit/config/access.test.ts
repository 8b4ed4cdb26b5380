import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Access, type AccessSettings } from '../../../src/config/access.js';
import { temporaryFolder } from '../../support/workspace.js';

const nobody = { username: '', password_file: '' };

function access(settings: Partial<AccessSettings>, log: string[] = []): Access {
  const logger = pino({ base: null }, { write: (line: string) => void log.push(line) });
  const names = { tokenSetting: 'receiver.token_file', basicSetting: 'receiver.basic_auth' };
  return new Access({ tokenFile: '', basicAuth: nobody, ...names, ...settings }, logger);
}

function secretFile(secret: string): string {
  const path = join(temporaryFolder(), 'secret');
  writeFileSync(path, secret);
  return path;
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('Access', () => {
  it('lets everybody in without a secret', () => {
    expect(access({}).judge(undefined)).toBe('allowed');
    expect(access({}).challenges).toEqual([]);
  });

  it('lets in who has the token, the scheme in any case', () => {
    const guarded = access({ tokenFile: secretFile('s3cret\n') });
    expect(guarded.challenges).toEqual(['Bearer realm="redline"']);
    for (const right of ['Bearer s3cret', 'bearer  s3cret', ' BEARER s3cret '])
      expect(guarded.judge(right)).toBe('allowed');
    for (const wrong of ['Bearer S3CRET', 'Bearer s3cret2', 'Bearer s3cre', 'Bearer 0', 'Bearer \u{1f511}'])
      expect(guarded.judge(wrong)).toBe('wrong');
    for (const none of [undefined, '', 'Bearer', 'Bearer ', 's3cret', 'Bearer s3cret x', basic('', 's3cret')])
      expect(guarded.judge(none)).toBe('missing');
  });

  it('lets in who has name and password, or the token where there are both', () => {
    const guarded = access({
      tokenFile: secretFile('token\n'),
      basicAuth: { username: 'prometheus', password_file: secretFile('pass word\r\n') },
    });
    expect(guarded.judge(basic('prometheus', 'pass word'))).toBe('allowed');
    expect(guarded.judge('Bearer token')).toBe('allowed');
    for (const [user, password] of [
      ['prometheus', 'token'],
      ['Prometheus', 'pass word'],
      ['', 'pass word'],
      ['prometheus', ''],
    ] as const)
      expect(guarded.judge(basic(user, password))).toBe('wrong');
    expect(guarded.challenges).toEqual(['Bearer realm="redline"', 'Basic realm="redline"']);
  });

  it('does not start without the secret that it was told to use', () => {
    expect(() => access({ tokenFile: '/nowhere/token' })).toThrow('receiver.token_file');
    expect(() => access({ tokenFile: secretFile('\n \n') })).toThrow('is empty');
    expect(() => access({ basicAuth: { username: 'x', password_file: '/nowhere/x' } })).toThrow(
      'receiver.basic_auth.password_file',
    );
  });
});

describe('rotation', () => {
  it('takes each line of the file while both are there, and only what is left afterwards', () => {
    const tokenFile = secretFile('old\n');
    const guarded = access({ tokenFile });
    writeFileSync(tokenFile, 'new\n\nold\n');
    expect(['old', 'new', ''].map((token) => guarded.judge(`Bearer ${token}`))).toEqual([
      'allowed',
      'allowed',
      'missing',
    ]);
    writeFileSync(tokenFile, 'new\n');
    expect(guarded.judge('Bearer old')).toBe('wrong');
    expect(guarded.judge('Bearer new')).toBe('allowed');
  });

  it('notices a file of the same length that was moved there', () => {
    const tokenFile = secretFile('one\n');
    const guarded = access({ tokenFile });
    writeFileSync(`${tokenFile}.new`, 'two\n');
    renameSync(`${tokenFile}.new`, tokenFile);
    expect(guarded.judge('Bearer two')).toBe('allowed');
    expect(guarded.judge('Bearer one')).toBe('wrong');
  });

  it('keeps the secret that it knows while the file cannot be read, and says so once, without it', () => {
    const log: string[] = [];
    const tokenFile = secretFile('kept-secret\n');
    const guarded = access({ tokenFile }, log);
    rmSync(tokenFile);
    for (let asked = 0; asked < 3; asked += 1) expect(guarded.judge('Bearer kept-secret')).toBe('allowed');
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('receiver.token_file');
    writeFileSync(tokenFile, '');
    expect(guarded.judge('Bearer kept-secret')).toBe('allowed');
    expect(log).toHaveLength(2);
    writeFileSync(tokenFile, 'next-secret\n');
    chmodSync(tokenFile, 0o600);
    expect(guarded.judge('Bearer next-secret')).toBe('allowed');
    expect(log.join('')).not.toMatch(/kept-secret|next-secret/);
  });
});
