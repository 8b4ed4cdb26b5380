import {
  eachModel,
  models,
  opposite,
  round,
  type Action,
  type Breakdown,
  type Distortion,
  type Model,
  type Side,
} from '../market.js';
import type { ModelFault } from './fault-names.js';
import type { Random } from '../random.js';

/**
 * How a fault bends events. Each is as pure as the definitions permit: its own condition is met, by a wide margin, and
 * no other one that it does not imply.
 * @param model the one that misbehaves
 */
export function distortionOf(name: ModelFault, model: Model): Distortion {
  switch (name) {
    // HOLD and not a side: a model that always buys would also contradict the others in every falling market.
    case 'action-collapse':
      return withAction(model, (random, healthy) =>
        random.chance(0.78) ? 'HOLD' : activeSide(healthy, random),
      );
    case 'dead-zone':
      return withAction(model, (random, healthy) =>
        random.chance(0.95) ? 'HOLD' : activeSide(healthy, random),
      );
    case 'flat-predictions':
      return withConfidence(model, flatConfidence);
    case 'narrow-range':
      return withConfidence(model, narrowConfidence);
    case 'constant-output':
      return withConfidence(model, () => 0.62);
    case 'ensemble-dysfunction-low':
      return splitInHalves;
    case 'ensemble-dysfunction-high':
      return agreeOnEverything;
    case 'model-chaos':
      return contradicting(model);
    case 'invalid-confidence':
      return withConfidence(model, (random, healthy) =>
        random.chance(0.05) ? random.pick<number | string>([-1, 'nan']) : healthy,
      );
  }
}

/** Tails of 15% at 0.065 from the middle: p10 and p90 stand in them, while the deviation stays near 0.036. */
function flatConfidence(random: Random): number {
  const draw = random.next();
  const tail = draw < 0.15 ? -0.065 : draw < 0.3 ? 0.065 : 0;
  return round(0.62 + tail + random.between(-0.002, 0.002));
}

/** Outliers of 4% a side keep the deviation near 0.11, and lie beyond p10 and p90. */
function narrowConfidence(random: Random): number {
  const draw = random.next();
  if (draw < 0.04) return round(random.between(0.15, 0.25));
  if (draw < 0.08) return round(random.between(0.93, 0.97));
  return round(random.between(0.59, 0.65));
}

function withAction(model: Model, action: (random: Random, healthy: Breakdown) => Action): Distortion {
  return (healthy, random) => ({
    ...healthy,
    [model]: { ...healthy[model], action: action(random, healthy) },
  });
}

function withConfidence(
  model: Model,
  confidence: (random: Random, healthy: number | string) => number | string,
): Distortion {
  return (healthy, random) => ({
    ...healthy,
    [model]: { ...healthy[model], confidence: confidence(random, healthy[model].confidence) },
  });
}

/** The side that somebody takes in this event; by chance where all hold. */
function activeSide(breakdown: Breakdown, random: Random): Side {
  const taken = models.map((model) => breakdown[model].action).find((action) => action !== 'HOLD');
  return taken ?? random.pick<Side>(['BUY', 'SELL']);
}

function withActions(healthy: Breakdown, action: (model: Model) => Action): Breakdown {
  return eachModel((model) => ({ ...healthy[model], action: action(model) }));
}

const splitInHalves: Distortion = (healthy, random) => {
  const side = random.pick<Side>(['BUY', 'SELL']);
  const takers = random.shuffle(models).slice(0, 2);
  return withActions(healthy, (model) => (takers.includes(model) ? side : 'HOLD'));
};

const agreeOnEverything: Distortion = (healthy, random) => {
  const action = random.pick<Action>(['BUY', 'SELL', 'HOLD']);
  const dissenter = random.chance(0.1) ? random.pick(models) : undefined;
  const other: Action = action === 'HOLD' ? 'BUY' : 'HOLD';
  return withActions(healthy, (model) => (model === dissenter ? other : action));
};

/** The model takes one side while all that do not hold take the other; at least one does not hold. */
function contradicting(chaotic: Model): Distortion {
  return (healthy, random) => {
    if (!random.chance(0.35)) return healthy;
    const side = activeSide(healthy, random);
    const others = models.filter((model) => model !== chaotic);
    const opponent = others.find((model) => healthy[model].action !== 'HOLD') ?? others[0];
    return withActions(healthy, (model) => {
      if (model === chaotic) return opposite(side);
      return model === opponent || healthy[model].action !== 'HOLD' ? side : 'HOLD';
    });
  };
}
