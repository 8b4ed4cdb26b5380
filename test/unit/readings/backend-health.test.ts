import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBackendHealth, readServiceHealth } from '../../../src/readings/backend-health.js';
import { Flaws } from '../../../src/readings/flaws.js';

function read(value: unknown) {
  const flaws = new Flaws();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { reading: readBackendHealth(text, flaws), reasons: flaws.reasons };
}

describe('readBackendHealth', () => {
  it('takes what the backend says of its risk and its configuration', () => {
    expect(
      read({
        ok: true,
        risk: { drawdown: 0.03, maxDrawdown: 0.1 },
        config: { confidenceThreshold: 0.6, rateLimitMax: '100', tradingMode: 'Paper' },
        build: 'whatever',
      }),
    ).toEqual({
      reading: {
        ok: true,
        drawdown: 0.03,
        drawdownLimit: 0.1,
        confidenceThreshold: 0.6,
        tradingMode: 'paper',
        rateLimitMax: 100,
      },
      reasons: [],
    });
  });

  it('leaves out what the backend leaves out, which is no flaw', () => {
    const { reading, reasons } = read({ ok: false, risk: { drawdown: 0 } });
    expect(reading).toEqual({ ok: false, drawdown: 0 });
    expect(reasons).toEqual([]);
  });

  it.each([
    ['true as text', { ok: 'true' }, 'invalid_value'],
    ['a number', { ok: 1 }, 'invalid_value'],
    ['nothing', {}, 'missing_field'],
  ])('is not ok where it says %s', (_, value, reason) => {
    expect(read(value)).toMatchObject({ reading: { ok: false }, reasons: [reason] });
  });

  it.each(['<html>ok</html>', '{"ok": tr', '[true]', ''])('is nothing where the body is %s', (text) => {
    expect(read(text)).toEqual({ reading: undefined, reasons: ['malformed_json'] });
  });

  it.each([
    { risk: { drawdown: 1.5 } },
    { risk: { drawdown: -0.1 } },
    { risk: { maxDrawdown: 0 } },
    { risk: 'high' },
    { config: { confidenceThreshold: 60 } },
    { config: { rateLimitMax: 'many' } },
    { config: { tradingMode: 7 } },
  ])('leaves a value out that cannot be, and counts it: %j', (value) => {
    expect(read({ ok: true, ...value })).toEqual({ reading: { ok: true }, reasons: ['invalid_value'] });
  });

  it('knows of other modes that there are some', () => {
    expect(read({ ok: true, config: { tradingMode: 'shadow' } }).reading?.tradingMode).toBe('other');
  });

  it('never throws, and never yields a number that is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const values = Object.values(readBackendHealth(text, new Flaws()) ?? {});
        for (const value of values) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });
});

it('another service says no more than that it is ok', () => {
  expect(readServiceHealth('{"ok":true,"risk":1}', new Flaws())).toEqual({ ok: true });
});
