import { describe, expect, it } from 'vitest';
import { EventRing } from '../../../src/readings/event-ring.js';
import { canaryWindow, windowSince } from '../../../src/readings/windows.js';

/** A ring with an event in each of these milliseconds. */
function ringOf(times: readonly number[]): EventRing {
  const ring = new EventRing(2000);
  for (const ms of times) ring.push({ id: `${ms}-0`, ms, votes: [] });
  return ring;
}

const everySecond = (count: number, from: number): number[] =>
  Array.from({ length: count }, (_, index) => (from + index) * 1000);

describe('windowSince', () => {
  it('takes the event of the very millisecond of the cutover', () => {
    // 1768023795.123 * 1000 is 1768023795122.9999 or ...3.0002 in doubles, depending on the number.
    for (const ms of [1768023795123, 1768023795001, 1768023795999, 1768023795583]) {
      const ring = ringOf([ms - 1, ms, ms + 1]);
      expect(windowSince(ring, ms / 1000).from).toBe(1);
    }
  });

  it('is empty where nothing came since', () => {
    const ring = ringOf([1000, 2000]);
    expect(windowSince(ring, 3).from).toBe(ring.end);
  });
});

describe('canaryWindow', () => {
  it('leaves the time before its activation behind with exactly 200 events since then', () => {
    const ring = ringOf([...everySecond(300, 1000), ...everySecond(199, 2000)]);
    expect(canaryWindow(ring, 1100, 2000)).toEqual({ since: 1100, from: 100 });
    ring.push({ id: '2199000-0', ms: 2_199_000, votes: [] });
    expect(canaryWindow(ring, 1100, 2000)).toEqual({ since: 2000, from: 300 });
  });

  it('begins at its cutover while the engine does not run with it', () => {
    const ring = ringOf(everySecond(300, 1000));
    expect(canaryWindow(ring, 1100, null)).toEqual({ since: 1100, from: 100 });
  });
});
