import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { Access } from '../../../src/metrics/access.js';
import { temporaryFolder } from '../../support/workspace.js';

function access(settings: Readonly<Record<string, unknown>>): Access {
  return new Access(parseConfig({ exporter: settings }, 'the test').exporter);
}

function secretFile(secret: string): string {
  const path = join(temporaryFolder(), 'secret');
  writeFileSync(path, `${secret}\n`);
  return path;
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

it('lets everybody in without a secret', () => {
  expect(access({}).allows(undefined)).toBe(true);
});

it('lets in who has the token, the scheme in any case', () => {
  const guarded = access({ bearer_token_file: secretFile('s3cret') });
  expect(guarded.allows('Bearer s3cret')).toBe(true);
  expect(guarded.allows('bearer  s3cret')).toBe(true);
  for (const wrong of [
    undefined,
    '',
    'Bearer',
    'Bearer S3CRET',
    'Bearer s3cret2',
    's3cret',
    basic('', 's3cret'),
  ]) {
    expect(guarded.allows(wrong)).toBe(false);
  }
});

it('lets in who has name and password, or the token where there are both', () => {
  const guarded = access({
    bearer_token_file: secretFile('token'),
    basic_auth: { username: 'prometheus', password_file: secretFile('pass word') },
  });
  expect(guarded.allows(basic('prometheus', 'pass word'))).toBe(true);
  expect(guarded.allows('Bearer token')).toBe(true);
  expect(guarded.allows(basic('prometheus', 'token'))).toBe(false);
  expect(guarded.allows(basic('Prometheus', 'pass word'))).toBe(false);
});

it('does not start without the secret that it was told to use', () => {
  expect(() => access({ bearer_token_file: '/nowhere/token' })).toThrow('exporter.bearer_token_file');
});
