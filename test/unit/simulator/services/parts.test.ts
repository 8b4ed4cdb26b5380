import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/config/load.js';
import { opinionOf } from '../../../../src/simulator/services/consensus.js';
import { RateWindow } from '../../../../src/simulator/services/rate-window.js';
import { servedServices } from '../../../../src/simulator/services/settings.js';

describe('the consensus of the models', () => {
  it('is the same for the same features, and less sure the wilder the market is', () => {
    const features = { mom_20: 1, rv_5: 0.2, rsi_14: 65 };
    expect(opinionOf(features)).toEqual({
      signal: 'long',
      prob_long: 0.7503,
      prob_short: 0.2497,
      confidence: 0.6502,
    });
    expect(opinionOf({ ...features, rv_5: 0.8 }).confidence).toBeLessThan(0.4);
    expect(opinionOf({ mom_20: -1, rv_5: 0.2, rsi_14: 35 })).toMatchObject({
      signal: 'short',
      confidence: 0.6502,
    });
  });

  it.each([-50, -1, 0, 1, 50])('stays within its ranges at a momentum of %d', (momentum) => {
    for (const volatility of [-1, 0, 1, 9]) {
      const {
        prob_long: long,
        prob_short: short,
        confidence,
      } = opinionOf({
        mom_20: momentum,
        rv_5: volatility,
        rsi_14: 50,
      });
      expect(long + short).toBeCloseTo(1, 9);
      for (const share of [long, short, confidence]) expect(share >= 0 && share <= 1).toBe(true);
    }
  });
});

describe('the limit on requests', () => {
  it('is reached within a minute, and begins anew with the next', () => {
    const limit = new RateWindow(2);
    expect([limit.take(600), limit.take(659.9), limit.take(659.9)]).toEqual([true, true, false]);
    expect(limit.look(659.5)).toEqual({ limit: 2, remaining: 0, reset: 1 });
    expect(limit.take(660)).toBe(true);
    expect(limit.look(660)).toEqual({ limit: 2, remaining: 1, reset: 60 });
  });

  it('may be used by others', () => {
    const limit = new RateWindow(100);
    expect(limit.look(0, 0.95).remaining).toBe(5);
    for (let taken = 0; taken < 97; taken += 1) limit.take(1);
    expect(limit.look(1, 0.95).remaining).toBe(3);
  });
});

describe('the services that are served', () => {
  const served = (http: object): boolean[] => {
    const { backend, modelService, frontend } = servedServices(parseConfig({ http }, 'a test'), 1);
    return [backend, modelService, frontend].map((service) => service !== undefined);
  };

  it('are those that the configuration asks over plain HTTP on this machine', () => {
    expect(served({})).toEqual([true, true, false]);
    expect(served({ frontend: { url: 'http://localhost:3000' } })).toEqual([true, true, true]);
    expect(served({ enabled: false })).toEqual([false, false, false]);
    expect(served({ backend: { url: 'https://127.0.0.1:8000' }, model_service: { url: '' } })).toEqual([
      false,
      false,
      false,
    ]);
    expect(served({ backend: { url: 'http://trading.example.org:8000' } })).toEqual([false, true, false]);
  });

  it('answer at the paths that the configuration asks', () => {
    const config = parseConfig(
      {
        http: {
          backend: { url: 'http://127.0.0.1:8001', health_path: '/healthz' },
          consensus: { path: '/ai' },
          model_service: { url: 'http://127.0.0.1:9001', health_path: '/up' },
        },
      },
      'a test',
    );
    expect(servedServices(config, 1)).toMatchObject({
      backend: {
        address: { host: '127.0.0.1', port: 8001 },
        paths: { health: '/healthz', consensus: '/ai', trade: '/api/trade/execute' },
        modelUrl: 'http://127.0.0.1:9001/up',
      },
      modelService: { path: '/up' },
    });
  });
});
