import { ExitCode } from '../platform/errors.js';
import { ensembleReasons, modelReasons } from './checks.js';
import type { Condition, GateReading } from './gate.js';
import { formatLimit, formatValue } from './numbers.js';
import { printable } from './text.js';
import { worstStatus, type GateStatus } from './window.js';

/** `collection` only asks whether enough events were collected for a first look, and never passes. */
export const gateModes = ['canary', 'collection'] as const;
export type GateMode = (typeof gateModes)[number];

export interface GateVerdict {
  readonly result: 'PASS' | 'FAIL' | 'COLLECTION COMPLETE' | 'COLLECTION INCOMPLETE';
  readonly exitCode: ExitCode;
  readonly overall: GateStatus | undefined;
  /** why it does not pass, or what speaks against a canary now, by model; those of the ensemble under the empty name */
  readonly reasons: Readonly<Record<string, readonly string[]>>;
  /** what a person should know before acting on the result */
  readonly warnings: readonly string[];
  readonly todo: readonly string[];
}

/**
 * Puts what the rules recorded into a verdict. Compares nothing with a threshold: `pass`, `status` and the conditions
 * are the rules'. What they do not say counts as no.
 * @param model this model must be judged, and not NO-GO; undefined: no model in particular
 */
export function judgeGate(reading: GateReading, mode: GateMode, model: string | undefined): GateVerdict {
  const { window, limits } = reading;
  const models = Object.fromEntries(
    window.models.map((entry) => [entry.model, modelReasons(window, entry, limits)]),
  );
  const common = {
    overall: worstStatus(window.models),
    reasons: { '': ensembleReasons(window, limits), ...models },
  };
  if (mode === 'collection') return { ...common, ...judgeCollection(reading) };
  const objections = [...missingVerdicts(reading), ...modelObjections(reading, model)];
  if (reading.pass === true && objections.length === 0) {
    const warnings = wouldRollBack(conditionsAgainst(reading.conditions, model));
    return { ...common, result: 'PASS', exitCode: ExitCode.ok, warnings, todo: [] };
  }
  return {
    ...common,
    result: 'FAIL',
    exitCode: ExitCode.refused,
    warnings: objections,
    todo: adviceFor(reading),
  };
}

/** The conditions that hold now for a model or the whole ensemble; for every model where none is named. */
export function conditionsAgainst(
  conditions: readonly Condition[],
  model: string | undefined,
): readonly Condition[] {
  return conditions.filter(
    (condition) =>
      condition.holds && (model === undefined || condition.model === '' || condition.model === model),
  );
}

function judgeCollection(
  reading: GateReading,
): Pick<GateVerdict, 'result' | 'exitCode' | 'warnings' | 'todo'> {
  const events = formatValue(reading.window.events, 'count');
  return reading.collectionComplete === true
    ? {
        result: 'COLLECTION COMPLETE',
        exitCode: ExitCode.collectionComplete,
        warnings: [],
        todo: ['Collection mode never passes. Run the gate without --mode collection before a canary.'],
      }
    : {
        result: 'COLLECTION INCOMPLETE',
        exitCode: ExitCode.refused,
        warnings: [`${events} events so far.`],
        todo: ['Wait for more events and ask again.'],
      };
}

function missingVerdicts({ window }: GateReading): string[] {
  return window.models
    .filter(({ status }) => status === undefined)
    .map(({ model }) => `${printable(model)} has no status: the rules cannot judge it.`);
}

function modelObjections({ window }: GateReading, model: string | undefined): string[] {
  if (window.models.length === 0) return ['No model is judged: no event after the cutover names one.'];
  if (model === undefined) return [];
  const found = window.models.find((entry) => entry.model === model);
  if (found !== undefined) return found.status === 'NO-GO' ? [`${model} is NO-GO.`] : [];
  const judged = window.models.map((entry) => printable(entry.model)).join(', ');
  return [`${model} is not judged: no event after the cutover names it. Judged are ${judged}.`];
}

function wouldRollBack(conditions: readonly Condition[]): string[] {
  return conditions.map(
    ({ alertname, model }) =>
      `A canary${model === '' ? '' : ` of ${printable(model)}`} activated now would be rolled back by ${alertname}.`,
  );
}

const advice: Readonly<Record<string, string>> = {
  action_collapse: 'One action dominates: retrain the model before you try again.',
  dead_zone: 'The model hardly ever trades: retrain it, or check its thresholds.',
  flat_predictions: "Confidences hardly vary: check the model's confidence calibration.",
  narrow_range: "Confidences hardly spread: check the model's confidence calibration.",
  constant_output: 'The model always answers the same: check that it is fed live features.',
  invalid_confidence: 'The model writes confidences that are negative, NaN or no numbers: mend the producer.',
};

function adviceFor({ window, limits }: GateReading): string[] {
  const violated = new Set(window.models.flatMap(({ violations }) => violations));
  const lines = [...violated].flatMap((check) => advice[check] ?? []);
  if (violated.has('insufficient_events') || window.models.length === 0) {
    const needed = limits.get('QscInsufficientEvents')?.limit;
    const have = formatValue(window.events, 'count');
    const missing =
      needed === undefined || window.events === undefined ? '' : ` (${needed - window.events} more)`;
    lines.unshift(
      `${have} of ${formatLimit(needed, 'count')} events: wait for more data${missing}, then run the gate again.`,
    );
  }
  return lines.length > 0 ? lines : ['Run the gate again when what it names above is mended.'];
}
