import { createServer } from 'node:http';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { freePort } from '../../../src/platform/free-port.js';
import { redisKeyReader } from '../../../src/rollback/redis-key.js';
import { verifyState, type VerifyContext } from '../../../src/rollback/verify.js';
import { startRedis } from '../../../src/stack/servers.js';
import { runProgram } from '../../support/run-program.js';
import { temporaryFolder } from '../../support/workspace.js';

const context: VerifyContext = {
  systemctl: '/bin/false',
  cwd: '/',
  environment: { PATH: process.env.PATH ?? '' },
  readRedisKey: () => Promise.reject(new Error('no Redis here')),
};

describe('verifyState', () => {
  it('asks files', async () => {
    const folder = temporaryFolder();
    const there = join(folder, 'there');
    const link = join(folder, 'link');
    writeFileSync(there, 'a');
    symlinkSync('/nowhere', link);
    const results = await verifyState(
      [
        { file_present: there },
        { file_absent: there },
        { file_absent: join(folder, 'missing') },
        { file_present: join(folder, 'missing') },
        { file_absent: join(there, 'below-a-file') },
        { file_absent: link },
      ],
      context,
      0,
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, false, true, false]);
    expect(results[1]).toEqual({ check: `file_absent ${there}`, ok: false, detail: 'it exists' });
  });

  it('compares files byte by byte', async () => {
    const folder = temporaryFolder();
    const [one, same, other] = ['one', 'same', 'other'].map((name) => join(folder, name));
    writeFileSync(one ?? '', 'abc');
    writeFileSync(same ?? '', 'abc');
    writeFileSync(other ?? '', 'abd');
    const results = await verifyState(
      [
        { same_content: [one ?? '', same ?? ''] },
        { same_content: [one ?? '', other ?? ''] },
        { same_content: [one ?? '', join(folder, 'missing')] },
      ],
      context,
      0,
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(results[2]?.detail).toContain('ENOENT');
  });

  it('asks commands and units without a shell', async () => {
    const results = await verifyState(
      [
        { command: ['true'] },
        { command: ['bash', '-c', 'echo why; exit 4'] },
        { command: ['/nowhere/program'] },
        { command: ['test', '$HOME', '=', '$HOME'] },
        { unit_active: 'engine.service' },
      ],
      context,
      0,
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, true, false]);
    expect(results[1]?.detail).toBe('exit 4: why');
    expect(results[2]?.detail).toContain('does not exist');
  });

  it('asks systemctl whether the unit is active', async () => {
    const folder = temporaryFolder();
    const systemctl = join(folder, 'systemctl');
    writeFileSync(systemctl, '#!/bin/sh\necho "$@" > asked\n', { mode: 0o755 });
    const results = await verifyState(
      [{ unit_active: 'engine.service' }],
      { ...context, systemctl, cwd: folder },
      5,
    );
    expect(results).toEqual([{ check: 'unit_active engine.service', ok: true, detail: 'active' }]);
    const { stdout } = await runProgram([join(folder, 'asked')], 'cat');
    expect(stdout).toBe('is-active --quiet engine.service\n');
  });

  it('asks HTTP: 2xx is well, all else is not', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/ok' ? 204 : request.url === '/moved' ? 302 : 500;
      response.setHeader('Location', '/ok');
      response.end();
    });
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    const at = (path: string) => ({ http_ok: `http://127.0.0.1:${port}${path}` });
    const nobody = { http_ok: `http://127.0.0.1:${await freePort()}/` };
    const results = await verifyState([at('/ok'), at('/moved'), at('/broken'), nobody], context, 0);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false]);
    expect(results[2]?.detail).toBe('HTTP 500');
  });

  it('asks Redis for a key, and for its value', async () => {
    const folder = temporaryFolder();
    const port = await freePort();
    const redis = await startRedis(folder, port);
    onTestFinished(() => redis.stop());
    const config = parseConfig({ redis: { url: `redis://127.0.0.1:${port}` } }, 'the test').redis;
    const { Redis } = await import('ioredis');
    const client = new Redis({ port, protocol: 2 });
    await client.set('status', 'rolled back');
    await client.hset('hash', 'a', 'b');
    client.disconnect();
    const results = await verifyState(
      [
        { redis_key: 'status' },
        { redis_key: 'status', value: 'rolled back' },
        { redis_key: 'status', value: 'live' },
        { redis_key: 'missing' },
        { redis_key: 'hash', value: 'b' },
      ],
      { ...context, readRedisKey: redisKeyReader(config) },
      0,
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, false]);
    await redis.stop();
    const [gone] = await verifyState(
      [{ redis_key: 'status' }],
      { ...context, readRedisKey: redisKeyReader(config) },
      0,
    );
    expect(gone?.ok).toBe(false);
  });

  it('waits until a check holds, and no longer', async () => {
    const path = join(temporaryFolder(), 'file');
    mkdirSync(path);
    const verified = verifyState([{ file_absent: path }], context, 30);
    await delay(300);
    rmSync(path, { recursive: true });
    expect((await verified)[0]?.ok).toBe(true);
  });
});
