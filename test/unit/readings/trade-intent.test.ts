import { describe, expect, it } from 'vitest';
import { maxEntryLength, parseTradeIntent, type ParsedIntent } from '../../../src/readings/trade-intent.js';

const now = 1_768_023_795;

function parse(
  payload: unknown,
  extra: Readonly<Record<string, string>> = {},
  ms = now * 1000,
): ParsedIntent {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const fields = Object.entries({ event_type: 'trade.intent', payload: text, ...extra }).flat();
  return parseTradeIntent({ ms, fields }, now);
}

/** Votes and flaws of an event with one model. */
function vote(said: unknown): unknown {
  const parsed = parse({ model_breakdown: { xgb: said } });
  return parsed.kind === 'intent' ? [parsed.votes, [...parsed.flaws]] : parsed.reason;
}

describe('parseTradeIntent', () => {
  it('reads what each model said', () => {
    const parsed = parse({
      symbol: 'BTCUSDT',
      timestamp: now,
      model_breakdown: {
        xgb: { action: 'BUY', confidence: 0.6 },
        lgbm: { action: 'hold', confidence: '0.5' },
      },
    });
    expect(parsed).toEqual({
      kind: 'intent',
      votes: [
        { model: 'xgb', action: 'BUY', confidence: 0.6 },
        { model: 'lgbm', action: 'HOLD', confidence: 0.5 },
      ],
      flaws: new Set(),
    });
  });

  it('finds the breakdown beside the payload, and prefers the one inside', () => {
    const beside = { model_breakdown: '{"nhits": {"action": "SELL", "confidence": NaN}}' };
    expect(parse({ symbol: 'X' }, beside)).toEqual({
      kind: 'intent',
      votes: [{ model: 'nhits', action: 'SELL', confidence: 'invalid' }],
      flaws: new Set(['invalid_confidence']),
    });
    const both = parse({ model_breakdown: {} }, beside);
    expect(both).toEqual({ kind: 'intent', votes: [], flaws: new Set() });
  });

  it('reads a bare NaN as an invalid confidence, not as a broken event', () => {
    expect(parse('{"model_breakdown": {"xgb": {"action": "BUY", "confidence": NaN}}}')).toMatchObject({
      kind: 'intent',
      votes: [{ model: 'xgb', action: 'BUY', confidence: 'invalid' }],
    });
  });

  it.each([
    [{ action: 'BUY', confidence: 0.5 }, [[{ model: 'xgb', action: 'BUY', confidence: 0.5 }], []]],
    [
      { action: 'BUY', confidence: -1 },
      [[{ model: 'xgb', action: 'BUY', confidence: 'invalid' }], ['invalid_confidence']],
    ],
    [{ action: 'BUY', confidence: null }, [[], []]],
    [{ action: 'BUY' }, [[], []]],
    [null, [[], []]],
    [
      { action: 'WAIT', confidence: 0.5 },
      [[{ model: 'xgb', action: undefined, confidence: 0.5 }], ['unknown_action']],
    ],
    [{ confidence: 0.5 }, [[{ model: 'xgb', action: undefined, confidence: 0.5 }], ['unknown_action']]],
    [
      'BUY',
      [
        [{ model: 'xgb', action: undefined, confidence: 'invalid' }],
        ['invalid_confidence', 'unknown_action'],
      ],
    ],
  ])('reads the vote %j', (said, expected) => {
    expect(vote(said)).toEqual(expected);
  });

  it.each(['', 'a b', 'x"y', 'm'.repeat(65), 'modèle'])(
    'counts the model name %j and leaves it out',
    (name) => {
      const parsed = parse({ model_breakdown: { [name]: { action: 'BUY', confidence: 0.5 } } });
      expect(parsed).toEqual({ kind: 'intent', votes: [], flaws: new Set(['unknown_model']) });
    },
  );

  it.each([
    ['no JSON', 'malformed_json'],
    ['[1]', 'malformed_json'],
    ['"text"', 'malformed_json'],
    ['{"symbol": "X"}', 'missing_field'],
    ['{"model_breakdown": null}', 'missing_field'],
    ['{"model_breakdown": [1]}', 'malformed_json'],
    ['{"model_breakdown": "no JSON"}', 'malformed_json'],
    [`{"model_breakdown": {}, "pad": "${'x'.repeat(maxEntryLength)}"}`, 'oversized'],
  ])('rejects the payload %.40s as %s', (payload, reason) => {
    expect(parse(payload)).toEqual({ kind: 'rejected', reason });
  });

  it('rejects entries without type or payload, and those of another type', () => {
    const read = (fields: string[]): unknown => parseTradeIntent({ ms: now * 1000, fields }, now);
    expect(read(['payload', '{}'])).toEqual({ kind: 'rejected', reason: 'missing_field' });
    expect(read(['event_type', 'trade.intent'])).toEqual({ kind: 'rejected', reason: 'missing_field' });
    expect(read(['event_type', 'trade.closed', 'payload', '{'])).toEqual({
      kind: 'rejected',
      reason: 'other_event_type',
    });
  });

  it('does not judge what is more than 60 s ahead of the clock, by id or by payload', () => {
    const empty = { model_breakdown: {} };
    const future = { kind: 'rejected', reason: 'future_timestamp' };
    expect(parse(empty, {}, (now + 60) * 1000)).toMatchObject({ kind: 'intent' });
    expect(parse(empty, {}, (now + 60) * 1000 + 1)).toEqual(future);
    for (const ahead of [now + 61, (now + 61) * 1000, new Date((now + 61) * 1000).toISOString()]) {
      expect(parse({ ...empty, timestamp: ahead })).toEqual(future);
    }
    for (const fine of [now + 60, now - 1e6, undefined, null, 'gibberish']) {
      expect(parse({ ...empty, timestamp: fine })).toMatchObject({ kind: 'intent' });
    }
  });
});
