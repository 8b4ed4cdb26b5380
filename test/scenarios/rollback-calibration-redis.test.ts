import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { unixNow } from '../../src/platform/clock.js';
import { freePort } from '../../src/platform/free-port.js';
import { startRedis } from '../../src/stack/servers.js';
import { bothActive, CalibratedSystem } from '../support/calibrated-system.js';
import { redisCliIn } from '../support/redis-cli.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { exit } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

const statusKey = 'quantum:calibration:status';
const markKey = 'quantum:calibration:rollback';

describeWithSystemd('calibration.sh and Redis', (systemd) => {
  it('deletes the status while the engine is stopped, and sets the mark, whatever the reason says', async () => {
    const port = await freePort();
    const server = await startRedis(temporaryFolder(), port);
    const client = new Redis({ port, host: '127.0.0.1' });
    onTestFinished(async () => {
      client.disconnect();
      await server.stop();
    });
    await client.set(statusKey, '{"loaded": true, "load_count": 1}');
    const system = await CalibratedSystem.start(systemd());
    // What the engine says of itself when it starts must stay.
    const cli = `${redisCliIn(system)} -p ${port}`;
    await system.writeUnit(system.engine, 'engine', `ExecStartPost=/bin/sh -c '${cli} set ${statusKey} {}'`);
    const reason = `"quotes" \\back\n $(touch ${system.root}/pwned) æ 漢 😀 -x`;

    const settings = { ROLLBACK_REDIS_PORT: String(port), ROLLBACK_REASON: reason };
    const result = await system.rollBack([], settings);

    expect(result).toMatchObject({ code: exit.done, stderr: '' });
    expect(result.stdout).toMatch(/Rolled back\.\n$/);
    expect(await client.get(statusKey)).toBe('{}');
    const mark: unknown = JSON.parse((await client.get(markKey)) ?? '');
    expect(mark).toEqual({ timestamp: expect.any(Number) as number, reason });
    expect(Math.abs(unixNow() - (mark as { timestamp: number }).timestamp)).toBeLessThan(60);
    expect(system.logLines()).toMatchObject([{ redis_updated: true, units_active: true }]);
  });

  it('is done without a Redis that hangs', async () => {
    const port = await freePort();
    const server = await startRedis(temporaryFolder(), port);
    onTestFinished(() => server.stop('SIGKILL'));
    const system = await CalibratedSystem.start(systemd());
    server.process.kill('SIGSTOP');
    const result = await system.rollBack([], { ROLLBACK_REDIS_PORT: String(port) });
    expect(result.code).toBe(exit.done);
    expect(result.stderr).toContain(
      `NOT IN REDIS (127.0.0.1:${port}): 127.0.0.1:${port} does not answer within`,
    );
    expect(await system.states()).toEqual(bothActive);
    expect(system.logLines()).toMatchObject([{ config_restored: true, redis_updated: false }]);
  });
});
