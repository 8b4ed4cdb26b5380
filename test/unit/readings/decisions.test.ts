import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  confidenceSteps,
  parseDecision,
  readDecisions,
  type Decision,
} from '../../../src/readings/decisions.js';

const whole = { action: 'BUY', confidence: 0.5, timestamp: 1000 };

function parse(fields: object): ReturnType<typeof parseDecision> {
  return parseDecision(JSON.stringify({ ...whole, ...fields }));
}

describe('parseDecision', () => {
  it.each([
    [{}, whole],
    [{ action: ' buy' }, whole],
    [{ confidence: '0.5' }, whole],
    [{ confidence: 0 }, { ...whole, confidence: 0 }],
    [{ confidence: 1 }, { ...whole, confidence: 1 }],
    [
      { action: 'Hold', timestamp: '1970-01-01T00:16:40Z' },
      { ...whole, action: 'HOLD' },
    ],
  ])('reads %j', (fields, expected) => {
    expect(parse(fields)).toEqual({ decision: expected, flaws: [] });
  });

  it.each([
    [{ confidence: 1.0001 }, 'invalid_confidence'],
    [{ confidence: -0.0001 }, 'invalid_confidence'],
    [{ confidence: 'NaN' }, 'invalid_confidence'],
    [{ confidence: true }, 'invalid_confidence'],
    [{ confidence: undefined }, 'missing_field'],
    [{ confidence: null }, 'missing_field'],
    [{ action: 'CLOSE' }, 'unknown_action'],
    [{ action: 1 }, 'unknown_action'],
    [{ action: undefined }, 'missing_field'],
  ])('judges nothing of %j', (fields, reason) => {
    expect(parse(fields)).toEqual({ decision: undefined, flaws: [reason] });
  });

  it.each([
    ['{"action": "BUY", "confidence": NaN, "timestamp": 5}', ['invalid_confidence']],
    ['BUY', ['malformed_json']],
    ['[]', ['malformed_json']],
    [`{"action": "BUY", "text": "${'x'.repeat(70_000)}"}`, ['oversized']],
  ])('judges nothing of %s', (text, flaws) => {
    expect(parseDecision(text)).toEqual({ decision: undefined, flaws });
  });

  it.each([
    [undefined, 'missing_field'],
    ['later', 'invalid_value'],
  ])('judges a decision also where its time is %j', (timestamp, reason) => {
    expect(parse({ timestamp })).toEqual({ decision: { ...whole, timestamp: undefined }, flaws: [reason] });
  });
});

describe('readDecisions', () => {
  const decision = fc.record({
    action: fc.constantFrom('BUY' as const, 'SELL' as const, 'HOLD' as const),
    // Such as they are written, and so often exactly at a step.
    confidence: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    timestamp: fc.constant(1),
  });

  it('tells shares, mean, extremes and counts as they are', () => {
    fc.assert(
      fc.property(fc.array(decision, { minLength: 1, maxLength: 100 }), (decisions: Decision[]) => {
        const { statistics, counts, decisions: number } = readDecisions(decisions);
        const sorted = decisions.map(({ confidence }) => confidence).sort((a, b) => a - b);
        expect(number).toBe(decisions.length);
        expect(statistics?.min).toBe(sorted[0]);
        expect(statistics?.max).toBe(sorted.at(-1));
        const sum = sorted.reduce((total, value) => total + value, 0);
        expect(statistics?.mean).toBeCloseTo(sum / sorted.length, 8);
        const { BUY = 0, SELL = 0, HOLD = 0 } = statistics?.actionRatio ?? {};
        expect(BUY + SELL + HOLD).toBeCloseTo(1, 8);
        expect(BUY).toBeCloseTo(decisions.filter(({ action }) => action === 'BUY').length / number, 8);
        for (const { confidence, atMost, below } of counts) {
          const at = sorted.filter((value) => value === Number(confidence)).length;
          expect(atMost - below).toBe(at);
          expect(below).toBe(sorted.filter((value) => value < Number(confidence)).length);
        }
      }),
    );
  });

  it('knows no shares without decisions, and counts none', () => {
    const reading = readDecisions([]);
    expect(reading).toMatchObject({ decisions: 0, statistics: undefined });
    expect(reading.counts.map(({ confidence }) => confidence)).toEqual([...confidenceSteps]);
    expect(reading.counts.every(({ atMost, below }) => atMost === 0 && below === 0)).toBe(true);
  });
});
