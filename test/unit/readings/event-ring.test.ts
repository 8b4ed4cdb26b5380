import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventRing, type NewEvent } from '../../../src/readings/event-ring.js';
import { maxModels } from '../../../src/readings/model-name.js';

function eventAt(ms: number, ...models: string[]): NewEvent {
  return { id: `${ms}-0`, ms, votes: models.map((model) => ({ model, action: 'BUY', confidence: 0.5 })) };
}

describe('EventRing', () => {
  it('keeps the newest events, in order', () => {
    const ring = new EventRing(3);
    for (let ms = 1; ms <= 5; ms += 1) ring.push(eventAt(ms));
    expect([ring.first, ring.end]).toEqual([2, 5]);
    expect([2, 3, 4].map((position) => ring.at(position).ms)).toEqual([3, 4, 5]);
    expect(() => ring.at(1)).toThrow(RangeError);
    expect(() => ring.at(5)).toThrow(RangeError);
  });

  it('finds the first event that is not older than a time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 30 }), fc.nat(60), (times, since) => {
        const ring = new EventRing(20);
        const sorted = [...times].sort((a, b) => a - b);
        for (const ms of sorted) ring.push(eventAt(ms));
        const expected = sorted.slice(-20).filter((ms) => ms >= since).length;
        expect(ring.end - ring.firstSince(since)).toBe(expected);
      }),
    );
  });

  it('judges no more than so many models, and a new one once an old one is gone', () => {
    const ring = new EventRing(maxModels);
    for (let index = 0; index < maxModels; index += 1) expect(ring.push(eventAt(index, `m${index}`))).toBe(0);
    // The ring is full: m0 leaves as this comes, and makes room.
    expect(ring.push(eventAt(100, 'late'))).toBe(0);
    expect(ring.push(eventAt(101, 'late', 'x', 'y'))).toBe(1);
    expect(ring.at(ring.end - 1).votes.map(({ model }) => model)).toEqual(['late', 'x']);
  });
});
