import { Redis } from 'ioredis';
import { describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

describe('SIGKILL of Redis', () => {
  it('before a violation: it is rolled back all the same, once', async () => {
    const bed = await FaultBed.start();
    const canary = await bed.declare();
    await bed.redis.kill();
    bed.violations.begin({ deployment: canary });
    await bed.expectOnce(canary);
  });

  it('while a rollback is verified by a key: it verifies when Redis is back, and nothing runs twice', async () => {
    const bed = await FaultBed.start({
      method: { verify: [{ redis_key: 'calibration', value: 'restored' }], verify_timeout: '2m' },
    });
    const canary = await bed.violated();
    await bed.until('it is being verified', () => bed.receiver.facts('method_exited').length > 0);
    await bed.redis.restart();
    const redis = new Redis(bed.redis.url, { protocol: 2 });
    await redis.set('calibration', 'restored');
    redis.disconnect();
    await bed.expectOnce(canary);
  });
});
