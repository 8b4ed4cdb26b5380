import { nearMiss } from '../config/load.js';
import { UserError } from '../platform/errors.js';
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
} from './market.js';
import type { Random } from './random.js';
import { faultNames, healed, modelFaults, type FaultName, type ModelFault } from './fault-names.js';

export interface Fault {
  /** what happens, as a person reads it; `MODEL` stands for the model */
  readonly effect: string;
  /** the alert of the catalogue that it is there to raise */
  readonly alert: string;
  /** alerts that the definitions make unavoidable beside it */
  readonly implied: readonly string[];
}

/** Every fault, and what to expect of it. */
export const faults: Readonly<Record<FaultName, Fault>> = {
  'action-collapse': {
    effect: 'MODEL says HOLD in about 78% of its predictions',
    alert: 'QscActionCollapse',
    implied: [],
  },
  'dead-zone': {
    effect: 'MODEL says HOLD in about 95% of its predictions',
    alert: 'QscDeadZone',
    implied: ['QscActionCollapse'],
  },
  'flat-predictions': {
    effect: 'the confidence of MODEL deviates by about 0.036 only',
    alert: 'QscFlatPredictions',
    implied: [],
  },
  'narrow-range': {
    effect: 'the confidence of MODEL stays within about 0.06 but for a few outliers',
    alert: 'QscNarrowRange',
    implied: [],
  },
  'constant-output': {
    effect: 'the confidence of MODEL is 0.62 in every event',
    alert: 'QscConstantOutput',
    implied: ['QscFlatPredictions', 'QscNarrowRange'],
  },
  'ensemble-dysfunction-low': {
    effect: 'the models split two to two in every event',
    alert: 'QscEnsembleDysfunction',
    implied: [],
  },
  'ensemble-dysfunction-high': {
    effect: 'the models say the same in nearly every event',
    alert: 'QscEnsembleDysfunction',
    implied: [],
  },
  'model-chaos': {
    effect: 'MODEL contradicts the others, BUY against SELL, in about 40% of the events',
    alert: 'QscModelChaos',
    implied: [],
  },
  'invalid-confidence': {
    effect: 'MODEL writes -1 and "nan" as its confidence in about 5% of the events',
    alert: 'QscQualityGateFailed',
    implied: [],
  },
  'telemetry-stall': {
    effect: 'no event is written any more',
    alert: 'QscTelemetryStalled',
    implied: [],
  },
  'redis-down': {
    effect: 'Redis stands still and answers nobody',
    alert: 'RedisDown',
    implied: [],
  },
};

/**
 * @returns the fault of that name, undefined for `none`; `ensemble-dysfunction` means its low side
 * @throws UserError naming the near miss and every fault
 */
export function parseFault(text: string): FaultName | undefined {
  const word = text.trim().toLowerCase();
  if (word === healed) return undefined;
  if (word === 'ensemble-dysfunction') return 'ensemble-dysfunction-low';
  const found = faultNames.find((name) => name === word);
  if (found !== undefined) return found;
  const known = [...faultNames, healed];
  throw new UserError(
    `"${text}" is no fault.${nearMiss(text, known)}\nThe faults are: ${known.join(', ')} (${healed} heals).`,
  );
}

export function isModelFault(name: FaultName): name is ModelFault {
  return modelFaults.some((fault) => fault === name);
}

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
