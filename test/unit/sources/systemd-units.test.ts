import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitPath } from '../../../src/sources/systemd-units.js';

describe('unitPath', () => {
  it.each([
    ['quantum-ai_engine.service', 'quantum_2dai_5fengine_2eservice'],
    ['7up.service', '_37up_2eservice'],
    ['a@b-\\x2d.service', 'a_40b_2d_5cx2d_2eservice'],
    ['æ.service', '_c3_a6_2eservice'],
  ])('writes %s as %s', (name, escaped) => {
    expect(unitPath(name)).toBe(`/org/freedesktop/systemd1/unit/${escaped}`);
  });

  it('gives every name a valid object path of its own', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(unitPath(one)).toMatch(/^(?:\/[A-Za-z0-9_]+)+$/);
        expect(unitPath(one) === unitPath(other)).toBe(Buffer.from(one).equals(Buffer.from(other)));
      }),
    );
  });
});
