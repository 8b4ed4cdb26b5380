import { describe, expect, it } from 'vitest';
import { Flaws } from '../../../src/readings/flaws.js';
import { readActivation } from '../../../src/readings/go-live-marker.js';

const at = Date.UTC(2026, 0, 10, 5, 43, 15) / 1000;
const now = at + 3600;

function read(text: string) {
  const flaws = new Flaws();
  return { activated: readActivation(text, now, flaws), flaws: flaws.reasons };
}

describe('readActivation', () => {
  it.each([
    'timestamp: 2026-01-10T05:43:15Z',
    'timestamp: 2026-01-10T05:43:15.000000+00:00\noperator: someone\nenvironment: production\n',
    'activated: true\r\ntimestamp: "2026-01-10 05:43:15 UTC"\r\n',
    'activated: 2026-01-10 05:43:15\ntimestamp: 2026-01-09 00:00:00',
    `GO LIVE\n\n# by hand\n  Activated :  ${at}\nnote: a: b\n`,
  ])('reads when real trading was switched on: %j', (text) => {
    expect(read(text)).toEqual({ activated: at, flaws: [] });
  });

  it.each(['', '\n\n', 'activated: true', 'activated:\ntimestamp:\n', 'no line of any kind', ':', '\0\0\0'])(
    'finds nothing, and nothing wrong, in %j',
    (text) => {
      expect(read(text)).toEqual({ activated: undefined, flaws: [] });
    },
  );

  it('notes a time that is none, and one that is still to come', () => {
    expect(read('timestamp: this morning')).toEqual({ activated: undefined, flaws: ['invalid_value'] });
    expect(read(`timestamp: ${now + 61}`)).toEqual({ activated: undefined, flaws: ['future_timestamp'] });
  });
});
