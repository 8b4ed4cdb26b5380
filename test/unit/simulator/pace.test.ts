import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/simulator/pace.js';
import { Recent } from '../../../src/simulator/recent.js';

describe('a pace', () => {
  it('keeps its rate however often it is asked', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.05, 1, 2, 10),
        fc.array(fc.double({ min: 0.01, max: 0.9, noNaN: true }), { minLength: 50, maxLength: 200 }),
        (rate, pauses) => {
          const pace = new Pace(1000);
          let now = 1000;
          let total = 0;
          for (const pause of pauses) {
            now += pause;
            total += pace.count(now, rate);
          }
          expect(Math.abs(total - (now - 1000) * rate)).toBeLessThanOrEqual(1.001);
        },
      ),
    );
  });

  it('does not make up for an outage', () => {
    const pace = new Pace(1000);
    expect(pace.count(9000, 10)).toBeLessThanOrEqual(11);
    expect(pace.count(9000, 10)).toBe(0);
  });

  it('comes to what is due less than once a second', () => {
    const pace = new Pace(1000);
    expect(pace.count(1019, 0.05)).toBe(0);
    expect(pace.count(1020.5, 0.05)).toBe(1);
    expect(pace.count(1039, 0.05)).toBe(0);
  });
});

describe('what is recent', () => {
  it('is forgotten after its time', () => {
    const recent = new Recent(10);
    recent.add(3, 100);
    recent.add(4, 105);
    expect(recent.total(109)).toBe(7);
    expect(recent.total(110)).toBe(4);
    expect(recent.total(200)).toBe(0);
  });
});
