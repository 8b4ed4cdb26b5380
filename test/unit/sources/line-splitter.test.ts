import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../src/sources/line-splitter.js';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((line) => line.replaceAll('\n', ''));

/** The bytes in pieces of these sizes, over and over. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const to = from + (sizes[index % sizes.length] ?? 1);
    cut.push(bytes.subarray(from, to));
    from = to;
  }
  return cut;
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });

describe('LineSplitter', () => {
  it('gives every whole line, however the bytes were cut', () => {
    fc.assert(
      fc.property(fc.array(text), text, sizes, (lines, unfinished, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('') + unfinished);
        const splitter = new LineSplitter(1000, 10);
        const given = pieces(bytes, cuts).flatMap((piece) => [...splitter.lines(piece)]);
        expect(given).toEqual(lines.map((line) => ({ text: line, end: undefined })));
      }),
    );
  });

  it('keeps beginning and end of a line that is too long, and nothing of it in the next', () => {
    const long = fc.stringMatching(/^[a-z]{41,200}$/);
    fc.assert(
      fc.property(long, sizes, (line, cuts) => {
        const splitter = new LineSplitter(40, 10);
        const bytes = Buffer.from(`${line}\nnext\n`);
        const given = pieces(bytes, cuts).flatMap((piece) => [...splitter.lines(piece)]);
        expect(given).toEqual([
          { text: line.slice(0, 40), end: line.slice(40).slice(-10) },
          { text: 'next', end: undefined },
        ]);
      }),
    );
  });
});
