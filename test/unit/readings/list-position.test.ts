import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListFollower, type ListPosition, type ListView } from '../../../src/readings/list-position.js';

/** How many entries of a list its reader asks for. */
const shown = 12;

/** A list as Redis keeps it: newest first, cut off at its cap after each push. */
class PushedList {
  #entries: string[] = [];
  readonly #cap: number;

  constructor(cap: number) {
    this.#cap = cap;
  }

  push(...texts: readonly string[]): void {
    for (const text of texts) this.#entries = [text, ...this.#entries].slice(0, this.#cap);
  }

  delete(): void {
    this.#entries = [];
  }

  get view(): ListView {
    return { length: this.#entries.length, entries: this.#entries.slice(0, shown) };
  }
}

/** Follows a list; the exporter that does so may restart, and knows then what it wrote down. */
class Reader {
  #follower = new ListFollower();
  #written: string | undefined;

  look(list: PushedList): readonly string[] {
    const { pushed, position } = this.#follower.follow(list.view);
    this.#written = JSON.stringify(position);
    return pushed;
  }

  restart(): void {
    if (this.#written === undefined) this.#follower = new ListFollower();
    else this.#follower = new ListFollower(JSON.parse(this.#written) as ListPosition);
  }
}

function listOf(...texts: readonly string[]): PushedList {
  const list = new PushedList(shown);
  list.push(...texts);
  return list;
}

const caps = fc.constantFrom(1, 2, 5, shown - 1, shown, shown + 1, 1000);
const pushes = (text: fc.Arbitrary<string>) =>
  fc.array(fc.record({ texts: fc.array(text, { maxLength: 15 }), restart: fc.boolean() }), { maxLength: 12 });

describe('following a list', () => {
  it('tells nothing of what stood there before', () => {
    const list = listOf('a', 'b');
    const reader = new Reader();
    expect(reader.look(list)).toEqual([]);
    expect(reader.look(list)).toEqual([]);
    list.push('c');
    expect(reader.look(list)).toEqual(['c']);
  });

  it('tells all that comes after it was looked at while it was empty', () => {
    const list = new PushedList(shown);
    const reader = new Reader();
    reader.look(list);
    list.push('a', 'a');
    expect(reader.look(list)).toEqual(['a', 'a']);
  });

  it('tells exactly what was pushed where no two entries are the same, capped or not, over restarts', () => {
    fc.assert(
      fc.property(caps, pushes(fc.constant('')), (cap, rounds) => {
        const list = new PushedList(cap);
        list.push('first', 'second', 'third');
        const reader = new Reader();
        reader.look(list);
        let number = 0;
        for (const { texts, restart } of rounds) {
          const fresh = texts.map(() => `entry ${(number += 1)}`);
          list.push(...fresh);
          if (restart) reader.restart();
          expect(reader.look(list)).toEqual(fresh.toReversed().slice(0, Math.min(cap, shown)));
        }
      }),
    );
  });

  it('tells exactly how many were pushed to a list that is all shown and not cut off, whatever their texts', () => {
    fc.assert(
      fc.property(pushes(fc.constantFrom('a', 'b')), (rounds) => {
        const list = new PushedList(1000);
        const reader = new Reader();
        reader.look(list);
        for (const { texts, restart } of rounds) {
          list.push(...texts);
          if (restart) reader.restart();
          const pushed = reader.look(list);
          expect(pushed).toEqual(texts.toReversed().slice(0, shown));
          if (list.view.length >= shown) return;
        }
      }),
    );
  });

  it('never tells more than was pushed to a list that is cut off, whatever its texts', () => {
    fc.assert(
      fc.property(caps, pushes(fc.constantFrom('a', 'b', 'c')), (cap, rounds) => {
        const list = new PushedList(cap);
        list.push('a', 'b', 'a');
        const reader = new Reader();
        reader.look(list);
        for (const { texts, restart } of rounds) {
          list.push(...texts);
          if (restart) reader.restart();
          const pushed = reader.look(list);
          expect(pushed.length).toBeLessThanOrEqual(texts.length);
          expect(pushed).toEqual(list.view.entries.slice(0, pushed.length));
        }
      }),
    );
  });

  it('never misses a text that was not there before, whatever stands around it', () => {
    const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 5 });
    fc.assert(
      fc.property(caps, fc.array(fc.tuple(texts, texts), { maxLength: 8 }), (cap, rounds) => {
        const list = new PushedList(cap);
        const reader = new Reader();
        reader.look(list);
        for (const [round, [before, after]] of rounds.entries()) {
          list.push(...before, `new ${round}`, ...after);
          const isShown = list.view.entries.includes(`new ${round}`);
          expect(reader.look(list).includes(`new ${round}`)).toBe(isShown);
        }
      }),
    );
  });

  it('tells a new text behind many that are the same', () => {
    const list = listOf(...Array.from({ length: shown }, () => 'same'));
    const reader = new Reader();
    reader.look(list);
    list.push('same', 'calibration failed', 'same');
    expect(reader.look(list)).toContain('calibration failed');
  });

  it('tells every entry of a list that was deleted and filled with others', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x', 'y'), { minLength: 1, maxLength: shown }), (texts) => {
        const list = listOf('a', 'b', 'c');
        const reader = new Reader();
        reader.look(list);
        list.delete();
        list.push(...texts);
        expect(reader.look(list)).toEqual(texts.toReversed());
      }),
    );
  });

  it.each([
    ['its newest popped', 'edcba', 'cba', 0],
    ['one removed from its middle', 'edcba', 'edba', 0],
    ['its newest and its oldest gone', 'edcba', 'dcb', 0],
    ['its end cut off', 'cba', 'cb', 0],
    ['its end cut off down to one', 'cba', 'c', 0],
    ['only its oldest left', 'cba', 'a', 0],
    ['one of two of the same removed', 'abab', 'aab', 0],
    ['what it held before the first of two that are the same popped', 'abcdabc', 'cdabc', 0],
    ['its end cut off below a new one', 'cba', 'dc', 1],
    ['its newest popped below new ones', 'edcba', 'gfcba', 2],
    ['some removed below new ones', 'edcba', 'gfeca', 2],
    ['its newest popped, and grown by more', 'cba', 'fedba', 3],
    ['a new one below the text of a known one', 'cba', 'cxba', 2],
    ['nothing left', 'cba', 'fed', 3],
    ['nothing in it', 'cba', '', 0],
    ['what was cut off before brought back by an older copy', 'gfedc', 'edcba', 0],
  ])('tells what is new of a list with %s: %s, then %s', (_what, before, after, count) => {
    for (const restarts of [false, true]) {
      const reader = new Reader();
      reader.look(listOf(...Array.from(before).toReversed()));
      if (restarts) reader.restart();
      expect(reader.look(listOf(...Array.from(after).toReversed()))).toEqual(
        Array.from(after).slice(0, count),
      );
    }
  });

  it('tells exactly what was pushed to what was left of a list, and goes on to', () => {
    const entries = Array.from({ length: shown }, (_, index) => `entry ${index}`);
    const rest = fc.subarray(entries, { minLength: 1 });
    const fresh = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(rest, fresh, fc.boolean(), (left, count, restarts) => {
        const reader = new Reader();
        reader.look(listOf(...entries));
        const list = new PushedList(1000);
        const pushed = Array.from({ length: count }, (_, index) => `fresh ${index}`);
        list.push(...left, ...pushed);
        if (restarts) reader.restart();
        const expected = pushed.toReversed();
        // Of what is out of sight nothing is asked here.
        fc.pre(list.view.length <= shown);
        expect(reader.look(list)).toEqual(expected);
        reader.restart();
        list.push('last');
        expect(reader.look(list)).toEqual(['last']);
      }),
    );
  });

  it('takes older entries of a long list that come into sight for none that were pushed', () => {
    const names = (first: number, last: number): string[] =>
      Array.from({ length: last - first + 1 }, (_, index) => `entry ${last - index}`);
    const lookAgain = (length: number, entries: readonly string[]): readonly string[] => {
      const follower = new ListFollower();
      follower.follow({ length: 100, entries: names(89, 100) });
      return follower.follow({ length, entries }).pushed;
    };
    expect(lookAgain(95, names(84, 95))).toEqual([]);
    expect(lookAgain(89, names(78, 89))).toEqual([]);
    expect(lookAgain(99, [...names(90, 100), 'entry 88'])).toEqual([]);
    expect(lookAgain(97, ['new', ...names(85, 95)])).toEqual(['new']);
    expect(lookAgain(98, ['entry 95', 'new', ...names(86, 95)])).toEqual(['entry 95', 'new']);
    expect(lookAgain(12, names(1, 12))).toHaveLength(12);
  });

  it('tells only what is new of a list that is cut shorter', () => {
    const list = listOf('a', 'b', 'c', 'd', 'e', 'f');
    const reader = new Reader();
    reader.look(list);
    const shorter = new PushedList(4);
    shorter.push('d', 'e', 'f', 'new');
    expect(reader.look(shorter)).toEqual(['new']);
  });

  it('notices the length and the entries of a long list to be of different instants', () => {
    const follower = new ListFollower();
    const entries = Array.from({ length: shown }, (_, index) => `entry ${100 - index}`);
    follower.follow({ length: 100, entries });
    // One came before the length was asked for, and shows in the next look.
    expect(follower.follow({ length: 101, entries }).pushed).toEqual([]);
    const next = ['entry 101', ...entries.slice(0, -1)];
    expect(follower.follow({ length: 101, entries: next }).pushed).toEqual(['entry 101']);
  });

  it('writes down no text, and no more than is needed', () => {
    const entries = Array.from({ length: 200 }, (_, index) => `secret ${index}`);
    const { position } = new ListFollower().follow({ length: 200, entries });
    expect(JSON.stringify(position)).not.toContain('secret');
    expect(position.head).toHaveLength(100);
  });
});
