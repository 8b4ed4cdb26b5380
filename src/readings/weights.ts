import { isObject, parseLenientJson } from './lenient-json.js';
import { isModelName, maxModels } from './model-name.js';

/**
 * Reads the weights of the models: a JSON object of them, flat or below a key `weights`.
 * @returns undefined where it is not that: no object, none in it, a name that is no model's, a weight that is negative,
 *   infinite or no number
 */
export function parseWeights(text: string): ReadonlyMap<string, number> | undefined {
  const document = parseLenientJson(text);
  if (!isObject(document)) return undefined;
  const written = isObject(document.weights) ? document.weights : document;
  const weights = new Map<string, number>();
  for (const [model, weight] of Object.entries(written)) {
    if (!isModelName(model) || typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) {
      return undefined;
    }
    weights.set(model, weight);
  }
  return weights.size > 0 && weights.size <= maxModels ? weights : undefined;
}
