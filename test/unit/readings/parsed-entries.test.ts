import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ParsedEntries } from '../../../src/readings/parsed-entries.js';

it('says of each entry what parsing says, and parses it once as long as it is there', () => {
  const entries = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', '')), { maxLength: 8 });
  fc.assert(
    fc.property(entries, (reads) => {
      const parses: string[] = [];
      const parsed = new ParsedEntries((entry) => {
        parses.push(entry);
        return `<${entry}>`;
      });
      let before = new Set<string>();
      for (const read of reads) {
        parses.length = 0;
        expect(parsed.read(read)).toEqual(read.map((entry) => `<${entry}>`));
        const fresh = [...new Set(read)].filter((entry) => !before.has(entry));
        expect(parses).toEqual(fresh);
        before = new Set(read);
      }
    }),
  );
});
