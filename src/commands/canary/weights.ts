import { readFile } from 'node:fs/promises';
import { errorCode, errorMessage, ExitCode, UserError } from '../../platform/errors.js';
import { isObject, parseLenientJson } from '../../readings/lenient-json.js';
import { parseWeights } from '../../readings/weights.js';

/** Share of each model, 0-1. */
export type Weights = ReadonlyMap<string, number>;

/** The weights that the engine runs with while no canary does. */
export interface Baseline {
  readonly path: string;
  readonly weights: Weights;
  /** the file's JSON, whose shape the canary's file takes */
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Reads the baseline weights.
 * @throws UserError (refused) where they are missing or no weights
 */
export async function readBaseline(path: string): Promise<Baseline> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = errorCode(error) === 'ENOENT' ? 'do not exist' : `cannot be read (${errorMessage(error)})`;
    throw new UserError(
      `The baseline weights ${path} ${reason}: there would be nothing to roll back to. Save the weights that the engine runs with there, or set files.baseline_weights.`,
      ExitCode.refused,
    );
  });
  const weights = parseWeights(text);
  const document = parseLenientJson(text);
  if (weights !== undefined && isObject(document)) return { path, weights, document };
  throw new UserError(
    `The baseline weights ${path} are no weights: write a JSON object of models and shares that sum to 1, such as {"xgb": 0.5, "lgbm": 0.5}.`,
    ExitCode.refused,
  );
}

/** Digits after the point that a weights file gets. */
const digits = 9;

/**
 * The weights of a canary: its model gets `share`, the others keep their proportions in what is left. They sum to 1.
 * @param share 0 < share <= 1; at 1 the others get 0
 * @throws UserError where the model is not among the baseline's, or the others have no weight to scale
 */
export function canaryWeights(baseline: Weights, model: string, share: number): Weights {
  if (!baseline.has(model)) {
    throw new UserError(
      `${model} is not among the models of the baseline weights: ${[...baseline.keys()].join(', ')}.`,
      ExitCode.refused,
    );
  }
  const others = [...baseline].filter(([name]) => name !== model);
  const total = others.reduce((sum, [, weight]) => sum + weight, 0);
  if (share < 1 && total <= 0) {
    throw new UserError(
      `No other model than ${model} has weight in the baseline: nobody could take the remaining share.`,
      ExitCode.refused,
    );
  }
  const scale = share < 1 ? (1 - share) / total : 0;
  const weights = new Map(
    [...baseline].map(([name, weight]) => [name, name === model ? share : rounded(weight * scale)]),
  );
  const largest = others.reduce<[string, number] | undefined>(
    (best, other) => (best === undefined || other[1] > best[1] ? other : best),
    undefined,
  );
  // What rounding left over goes where it is smallest in proportion.
  if (largest !== undefined && share < 1) {
    const [name] = largest;
    weights.set(name, rounded((weights.get(name) ?? 0) + 1 - sumOf(weights)));
  }
  return weights;
}

/** Sum of all shares. */
export function sumOf(weights: Weights): number {
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

/** The text of the canary's weights file: as the baseline's, with other numbers. */
export function weightsFileText(baseline: Baseline, weights: Weights): string {
  const numbers = Object.fromEntries(weights);
  const document = isObject(baseline.document.weights) ? { ...baseline.document, weights: numbers } : numbers;
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/**
 * Reads a share as people write it: `0.25` or `25%`.
 * @returns 0 < share <= 1
 * @throws UserError where it is none
 */
export function parseShare(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const share = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (share > 0 && share <= 1) return share;
  throw new UserError(
    `${option} "${text}" is no share. Write it as 0.25 or as 25%, above 0 and at most 1 (100%).`,
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(digits));
}
