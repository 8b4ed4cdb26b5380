import { parseFields, requiredField, timeField } from './fields.js';
import { Flaws, type FlawReason } from './flaws.js';
import { parseNumber } from './number.js';
import { round9 } from './round.js';
import { meanOf } from './statistics.js';
import { actions, readAction, type Action } from './trade-intent.js';

/** What the engine decided, once. */
export interface Decision {
  readonly action: Action;
  /** 0-1 */
  readonly confidence: number;
  /** Unix seconds; undefined where it carries none that can be read */
  readonly timestamp: number | undefined;
}

export interface ParsedDecision {
  /** undefined: it cannot be judged */
  readonly decision: Decision | undefined;
  readonly flaws: readonly FlawReason[];
}

/** Reads one decision. One without a known action, or without a confidence in 0-1, is none. */
export function parseDecision(text: string): ParsedDecision {
  const flaws = new Flaws();
  const fields = parseFields(text, flaws);
  if (fields === undefined) return { decision: undefined, flaws: flaws.reasons };
  const written = requiredField(fields, ['action'], flaws);
  const action = readAction(written);
  if (written !== undefined && action === undefined) flaws.note('unknown_action', '');
  const confidence = confidenceOf(requiredField(fields, ['confidence'], flaws), flaws);
  const timestamp = timeField(fields, ['timestamp'], flaws);
  const isUsable = action !== undefined && confidence !== undefined;
  return { decision: isUsable ? { action, confidence, timestamp } : undefined, flaws: flaws.reasons };
}

/** A share in 0-1: what a decision says is no logit. */
export function confidenceOf(raw: unknown, flaws: Flaws): number | undefined {
  if (raw === undefined) return undefined;
  const value = parseNumber(raw);
  if (value !== undefined && value >= 0 && value <= 1) return value;
  flaws.note('invalid_confidence', '');
  return undefined;
}

/** The confidences that decisions are counted below, as they are written in the label. */
export const confidenceSteps = [
  '0.01',
  '0.05',
  '0.1',
  '0.2',
  '0.3',
  '0.4',
  '0.5',
  '0.6',
  '0.7',
  '0.8',
  '0.9',
  '0.95',
  '0.99',
] as const;
const steps = confidenceSteps.map((label) => ({ label, confidence: Number(label) }));

/** What a number of decisions say together. */
export interface DecisionsReading {
  readonly decisions: number;
  /** undefined where there are none */
  readonly statistics:
    | {
        /** shares of each action */
        readonly actionRatio: Readonly<Record<Action, number>>;
        readonly mean: number;
        readonly min: number;
        readonly max: number;
      }
    | undefined;
  readonly counts: readonly {
    /** one of confidenceSteps */
    readonly confidence: string;
    readonly atMost: number;
    readonly below: number;
  }[];
}

export function readDecisions(decisions: readonly Decision[]): DecisionsReading {
  const confidences = decisions.map(({ confidence }) => confidence);
  const mean = meanOf(confidences);
  const share = (action: Action): number =>
    round9(decisions.filter((decision) => decision.action === action).length / decisions.length);
  const [buy, sell, hold] = actions;
  return {
    decisions: decisions.length,
    statistics:
      mean === undefined
        ? undefined
        : {
            actionRatio: { [buy]: share(buy), [sell]: share(sell), [hold]: share(hold) },
            mean: round9(mean),
            min: Math.min(...confidences),
            max: Math.max(...confidences),
          },
    counts: steps.map(({ label, confidence }) => ({
      confidence: label,
      atMost: confidences.filter((value) => value <= confidence).length,
      below: confidences.filter((value) => value < confidence).length,
    })),
  };
}
