import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  canaryWeights,
  parseShare,
  readBaseline,
  sumOf,
  weightsFileText,
} from '../../../../src/commands/canary/weights.js';
import { UserError } from '../../../../src/platform/errors.js';
import { temporaryFolder } from '../../../support/workspace.js';

const baseline = new Map([
  ['xgb', 0.25],
  ['lgbm', 0.25],
  ['nhits', 0.3],
  ['patchtst', 0.2],
]);

describe('canaryWeights', () => {
  it('gives the model its share and scales the others in proportion, as the runbook shows', () => {
    const weights = canaryWeights(baseline, 'patchtst', 0.1);
    expect(weights.get('patchtst')).toBe(0.1);
    expect(weights.get('xgb')).toBeCloseTo(0.28125, 9);
    expect(weights.get('lgbm')).toBeCloseTo(0.28125, 9);
    expect(weights.get('nhits')).toBeCloseTo(0.3375, 9);
    expect([...weights.keys()]).toEqual([...baseline.keys()]);
  });

  it('gives it everything at 100%', () => {
    expect(Object.fromEntries(canaryWeights(baseline, 'xgb', 1))).toEqual({
      xgb: 1,
      lgbm: 0,
      nhits: 0,
      patchtst: 0,
    });
  });

  it('always sums to 1, with no negative weight, and keeps the proportions of the others', () => {
    const weight = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 2, maxLength: 32 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (list, share) => {
          const before = new Map(list.map((value, index) => [`m${index}`, value]));
          const after = canaryWeights(before, 'm0', share);
          expect(Math.abs(sumOf(after) - 1)).toBeLessThanOrEqual(1e-9);
          expect([...after.values()].every((value) => value >= 0)).toBe(true);
          expect(after.get('m0')).toBe(share);
          const total = sumOf(before) - (list[0] ?? 0);
          for (const [name, value] of before) {
            if (name === 'm0') continue;
            expect(Math.abs((after.get(name) ?? NaN) - (value * (1 - share)) / total)).toBeLessThan(4e-8);
          }
        },
      ),
    );
  });

  it('refuses a model that the baseline does not have, and a share that nobody could complement', () => {
    expect(() => canaryWeights(baseline, 'fallback', 0.1)).toThrow(
      /fallback is not among .*xgb, lgbm, nhits, patchtst/,
    );
    const alone = new Map([['xgb', 1]]);
    expect(() => canaryWeights(alone, 'xgb', 0.1)).toThrow(/No other model than xgb has weight/);
  });
});

describe('the weights file', () => {
  it('takes the shape of the baseline, flat or below "weights"', async () => {
    const path = join(temporaryFolder(), 'baseline.json');
    for (const [text, expected] of [
      ['{"xgb": 0.5, "lgbm": 0.5}', { xgb: 0.1, lgbm: 0.9 }],
      [
        '{"version": 3, "weights": {"xgb": 0.5, "lgbm": 0.5}}',
        { version: 3, weights: { xgb: 0.1, lgbm: 0.9 } },
      ],
    ] as const) {
      writeFileSync(path, text);
      const read = await readBaseline(path);
      expect(JSON.parse(weightsFileText(read, canaryWeights(read.weights, 'xgb', 0.1)))).toEqual(expected);
    }
  });

  it.each(['', '[]', '{}', '{"xgb": "0.5"}', '{"xgb": -1}', 'not json'])(
    'refuses "%s" as a baseline',
    async (text) => {
      const path = join(temporaryFolder(), 'baseline.json');
      writeFileSync(path, text);
      await expect(readBaseline(path)).rejects.toThrow(/are no weights: write a JSON object/);
    },
  );

  it('says that a missing baseline leaves nothing to roll back to', async () => {
    const path = join(temporaryFolder(), 'baseline.json');
    await expect(readBaseline(path)).rejects.toThrow(/do not exist: there would be nothing to roll back to/);
  });
});

describe('parseShare', () => {
  it.each([
    ['0.25', 0.25],
    ['25%', 0.25],
    ['100 %', 1],
    ['1', 1],
    ['12.5%', 0.125],
  ])('reads %s', (text, share) => {
    expect(parseShare(text, '--weight')).toBe(share);
  });

  it.each(['0', '25', '0%', '101%', '-0.1', 'NaN', 'Infinity', '', '1e-1', '0,25'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseShare(text, '--weight')).toThrow(UserError);
    },
  );
});
