import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { DurableLog } from '../../../src/platform/durable-log.js';
import { UnsafeDisk } from '../../support/unsafe-disk.js';

/** The disk of the run under way. Simulated, since no real one loses its power on demand; real ones in receiver-disk.test.ts. */
let disk = new UnsafeDisk();

vi.mock('node:fs/promises', () => ({
  mkdir: () => Promise.resolve(undefined),
  rename: () => Promise.resolve(),
  rm: () => Promise.resolve(),
  open: (path: string) => Promise.resolve(path === '/log/file' ? disk.open() : elsewhere),
}));

/** Folders, and what is moved aside. */
const elsewhere = {
  sync: () => Promise.resolve(),
  close: () => Promise.resolve(),
  chmod: () => Promise.resolve(),
  writeFile: () => Promise.resolve(),
};

type Step =
  | {
      readonly type: 'append';
      readonly lines: number;
      readonly fault: 'none' | 'write' | 'sync' | 'truncate';
    }
  | { readonly type: 'crash' | 'power cut'; readonly luck: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant('append' as const),
    lines: fc.integer({ min: 1, max: 4 }),
    fault: fc.constantFrom('none', 'none', 'write', 'sync', 'truncate'),
  }),
  fc.record({ type: fc.constantFrom('crash' as const, 'power cut' as const), luck: fc.nat({ max: 5 }) }),
);

async function reopen(): Promise<{ log: DurableLog; lines: string[] }> {
  const lines: string[] = [];
  const { log } = await DurableLog.open('/log/file', (line) => lines.push(line));
  return { log, lines };
}

it('a line that was reported as written, or read at a start, is there for good, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      disk = new UnsafeDisk();
      let { log } = await reopen();
      let known: string[] = [];
      /** appends that failed since the last that did not: a part of one of them may be there */
      let unknown: string[][] = [];
      let count = 0;
      for (const next of [...steps, { type: 'power cut', luck: 0 } as const]) {
        if (next.type === 'append') {
          const lines = Array.from({ length: next.lines }, () => JSON.stringify({ n: (count += 1) }));
          Object.assign(disk.faults, {
            write: next.fault === 'write',
            sync: next.fault === 'sync' || next.fault === 'truncate',
            truncate: next.fault === 'truncate',
          });
          const written = await log.append(lines).then(
            () => true,
            () => false,
          );
          Object.assign(disk.faults, { write: false, sync: false, truncate: false });
          expect(written).toBe(next.fault === 'none');
          if (written) known.push(...lines);
          unknown = written ? [] : [...unknown, lines];
          continue;
        }
        disk.luck = next.luck;
        if (next.type === 'power cut') disk.losePower();
        const reopened = await reopen();
        log = reopened.log;
        const more = reopened.lines.slice(known.length);
        expect(reopened.lines.slice(0, known.length)).toEqual(known);
        const isExplained = unknown.some((lines) => more.every((line, index) => lines[index] === line));
        if (more.length > 0) expect({ more, isExplained }).toEqual({ more, isExplained: true });
        known = reopened.lines;
        unknown = [];
      }
    }),
    { numRuns: 1000 },
  );
});
