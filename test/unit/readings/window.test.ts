import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventRing, type NewEvent } from '../../../src/readings/event-ring.js';
import { actions, type Action, type Vote } from '../../../src/readings/trade-intent.js';
import { WindowFollower, type WindowReading } from '../../../src/readings/window.js';
import { mean, percentile, populationDeviation } from './reference.js';

const models = ['xgb', 'lgbm', 'nhits', 'patchtst', 'fallback'] as const;

const vote = fc.record({
  action: fc.constantFrom<Action | undefined>('BUY', 'SELL', 'HOLD', undefined),
  confidence: fc.oneof(
    { weight: 6, arbitrary: fc.nat(1000).map((thousandths) => thousandths / 1000) },
    { weight: 1, arbitrary: fc.constant<'invalid'>('invalid') },
  ),
});
const votes = fc
  .tuple(fc.subarray([...models]), fc.array(vote, { minLength: 5, maxLength: 5 }))
  .map(([named, said]) =>
    named.map((model, index): Vote => ({
      model,
      ...(said[index] ?? { action: undefined, confidence: 'invalid' }),
    })),
  );

function eventAt(ms: number, said: readonly Vote[]): NewEvent {
  return { id: `${ms}-0`, ms, votes: said };
}

/** What a window says by definition, from all of its events at once. */
function byDefinition(events: readonly (readonly Vote[])[]): WindowReading {
  const ballots = events
    .map((said) => said.flatMap(({ action }) => action ?? []))
    .filter((cast) => cast.length > 0);
  const count = (cast: readonly Action[], action: Action): number =>
    cast.filter((one) => one === action).length;
  const reading = (
    model: string,
  ): [string, WindowReading['models'] extends ReadonlyMap<string, infer R> ? R : never] => {
    const own = events.flat().filter((one) => one.model === model);
    const usable = own.flatMap(({ confidence }) => (confidence === 'invalid' ? [] : confidence));
    const cast = own.flatMap(({ action }) => action ?? []);
    const share = (action: Action): number => count(cast, action) / cast.length;
    return [
      model,
      {
        predictions: usable.length,
        invalidConfidences: own.length - usable.length,
        actionRatio:
          cast.length === 0 ? undefined : { BUY: share('BUY'), SELL: share('SELL'), HOLD: share('HOLD') },
        confidence:
          usable.length === 0
            ? undefined
            : {
                mean: mean(usable),
                stddev: populationDeviation(usable),
                p10: percentile(usable, 0.1),
                p90: percentile(usable, 0.9),
                min: Math.min(...usable),
                max: Math.max(...usable),
              },
      },
    ];
  };
  return {
    events: events.length,
    models: new Map([...new Set(events.flat().map(({ model }) => model))].map(reading)),
    agreement:
      ballots.length === 0
        ? undefined
        : mean(
            ballots.map((cast) => Math.max(...actions.map((action) => count(cast, action))) / cast.length),
          ),
    hardDisagreement:
      ballots.length === 0
        ? undefined
        : mean(ballots.map((cast) => (cast.includes('BUY') && cast.includes('SELL') ? 1 : 0))),
  };
}

/** A reading as plain objects, each number to be met to eight digits. */
function expectation(reading: WindowReading): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(asPlain(reading)));
  const soften = (value: unknown): unknown => {
    if (typeof value === 'number') return expect.closeTo(value, 8) as unknown;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, soften(inner)]));
  };
  return soften(plain);
}

function asPlain(reading: WindowReading): unknown {
  return { ...reading, models: Object.fromEntries(reading.models) };
}

describe('WindowFollower', () => {
  it('says at every step what the definitions say, however the window moves', () => {
    const step = fc.record({ add: fc.array(votes, { maxLength: 6 }), drop: fc.nat(3), back: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 15 }), (steps) => {
        const ring = new EventRing(12);
        const follower = new WindowFollower();
        let all: (readonly Vote[])[] = [];
        let ms = 0;
        for (const { add, drop, back } of steps) {
          for (const said of add) {
            ring.push(eventAt((ms += 1), said));
            all.push(said);
          }
          for (let index = 0; index < drop && ring.first < ring.end; index += 1) ring.dropOldest();
          all = all.slice(-12).slice(-(ring.end - ring.first) || all.length);
          const from = Math.max(ring.first, ring.end - back);
          const expected = byDefinition(
            ring.first === ring.end ? [] : all.slice(all.length - (ring.end - from)),
          );
          expect(asPlain(follower.read(ring, from))).toEqual(
            expectation(from === ring.end ? byDefinition([]) : expected),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('starts over with another ring', () => {
    const follower = new WindowFollower();
    const buy: Vote = { model: 'xgb', action: 'BUY', confidence: 0.5 };
    const before = new EventRing(5);
    before.push(eventAt(1, [buy]));
    before.push(eventAt(2, [buy]));
    expect(follower.read(before, 0).events).toBe(2);
    const after = new EventRing(5);
    after.push(eventAt(3, [{ ...buy, model: 'lgbm' }]));
    const reading = follower.read(after, 0);
    expect(reading.events).toBe(1);
    expect([...reading.models.keys()]).toEqual(['lgbm']);
  });

  it('gives the same reading while nothing changed', () => {
    const ring = new EventRing(5);
    const follower = new WindowFollower();
    ring.push(eventAt(1, [{ model: 'xgb', action: 'BUY', confidence: 0.5 }]));
    expect(follower.read(ring, 0)).toBe(follower.read(ring, 0));
  });
});

describe('a window on a boundary', () => {
  /** Reads a window of these events. */
  function read(events: readonly (readonly Vote[])[]): WindowReading {
    const ring = new EventRing(2000);
    events.forEach((said, index) => ring.push(eventAt(index + 1, said)));
    return new WindowFollower().read(ring, 0);
  }
  const say = (model: string, action: Action): Vote => ({ model, action, confidence: 0.6 });

  it('has a share of exactly 0.7 for 140 of 200', () => {
    const reading = read(
      Array.from({ length: 200 }, (_, index) => [say('xgb', index < 140 ? 'HOLD' : 'BUY')]),
    );
    expect(reading.events).toBe(200);
    expect(reading.models.get('xgb')?.actionRatio).toEqual({ BUY: 0.3, SELL: 0, HOLD: 0.7 });
  });

  it('has an agreement of exactly 0.55 and 0.8, however the mean is made up', () => {
    // Four votes agree to 0.5, 0.75 or 1: 160 x 0.5 + 40 x 0.75 = 0.55, 160 x 0.75 + 40 x 1 = 0.8.
    const half = [say('a', 'BUY'), say('b', 'BUY'), say('c', 'HOLD'), say('d', 'HOLD')];
    const most = [say('a', 'BUY'), say('b', 'BUY'), say('c', 'BUY'), say('d', 'HOLD')];
    const whole = [say('a', 'BUY'), say('b', 'BUY'), say('c', 'BUY'), say('d', 'BUY')];
    expect(read(Array.from({ length: 200 }, (_, index) => (index % 5 === 0 ? most : half))).agreement).toBe(
      0.55,
    );
    expect(read(Array.from({ length: 200 }, (_, index) => (index % 5 === 0 ? whole : most))).agreement).toBe(
      0.8,
    );
    // Thirds, which no double is: 2/3 for 80, 0.75 for 80, 0.5 + 1 for the rest.
    const thirds = [say('a', 'BUY'), say('b', 'BUY'), say('c', 'HOLD')];
    const third = [say('a', 'BUY'), say('b', 'SELL'), say('c', 'HOLD')];
    expect(
      read(Array.from({ length: 300 }, (_, index) => (index % 2 === 0 ? thirds : third))).agreement,
    ).toBe(0.5);
  });

  it('has a hard disagreement of exactly 0.2 for 40 of 200, events without votes left out', () => {
    const clash = [say('a', 'BUY'), say('b', 'SELL')];
    const calm = [say('a', 'BUY'), say('b', 'HOLD')];
    const mute: Vote[] = [{ model: 'a', action: undefined, confidence: 0.5 }];
    const events = Array.from({ length: 200 }, (_, index) => (index < 40 ? clash : calm));
    expect(read([...events, ...Array<Vote[]>(50).fill(mute)])).toMatchObject({
      events: 250,
      hardDisagreement: 0.2,
    });
  });
});
