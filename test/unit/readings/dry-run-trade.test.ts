import { describe, expect, it } from 'vitest';
import { readDryRunTrade } from '../../../src/readings/dry-run-trade.js';
import { Flaws } from '../../../src/readings/flaws.js';

describe('readDryRunTrade', () => {
  it.each([
    ['{"ok": true, "dryRun": true, "orderId": 7}', true, true],
    ['{"ok": false, "dryRun": true}', false, true],
    ['{"ok": true, "dryRun": false}', true, false],
    // An order that nobody says to be simulated may be a real one.
    ['{"ok": true}', true, false],
    ['{"ok": "true", "dryRun": "true"}', false, false],
    ['{"ok": 1, "dryRun": 1}', false, false],
  ])('takes %s by its words true alone', (text, ok, isDryRun) => {
    const flaws = new Flaws();
    expect(readDryRunTrade(text, flaws)).toEqual({ ok, isDryRun });
    expect(flaws.reasons).toEqual([]);
  });

  it.each(['', '<html>ok</html>', '{"ok": true, "dryR', '[true]', 'true'])(
    'finds no answer in %j',
    (text) => {
      const flaws = new Flaws();
      expect(readDryRunTrade(text, flaws)).toBeUndefined();
      expect(flaws.reasons).toEqual(['malformed_json']);
    },
  );
});
