import type { Limits, RuleLimits } from './limits.js';
import { formatAgainst, formatLimit, unknownText, type Unit } from './numbers.js';
import { actions, type Action, type ModelReading, type WindowReading } from './window.js';

/** One number that a check looks at. */
interface Measure {
  readonly of?: (model: ModelReading | undefined) => string | undefined;
  readonly value: (window: WindowReading, model: ModelReading | undefined) => number | undefined;
}

/** What a check of the gate measures, and the alert whose limits it shares (the first measure has its `limit`, the second `limit_2`). */
interface Check {
  readonly title: string;
  readonly alert: string;
  readonly unit: Unit;
  /** on which side of the limit the trouble lies; `outside`: `limit` and `limit_2` are the ends of a band */
  readonly trouble: 'above' | 'below' | 'outside';
  readonly measures: readonly Measure[];
}

const deviation: Measure = { of: () => 'std', value: (_, model) => model?.stddev };
const range: Measure = { of: () => 'p90-p10', value: (_, model) => confidenceRange(model) };

const agreementCheck: Check = {
  title: 'Ensemble agreement',
  alert: 'QscEnsembleDysfunction',
  unit: 'share',
  trouble: 'outside',
  measures: [{ value: (window) => window.agreement }],
};

const disagreementCheck: Check = {
  title: 'Hard disagreement',
  alert: 'QscModelChaos',
  unit: 'share',
  trouble: 'above',
  measures: [{ value: (window) => window.hardDisagreement }],
};

const checks: ReadonlyMap<string, Check> = new Map([
  [
    'insufficient_events',
    {
      title: 'Too few events',
      alert: 'QscInsufficientEvents',
      unit: 'count',
      trouble: 'below',
      measures: [{ value: (window) => window.events }],
    },
  ],
  [
    'action_collapse',
    {
      title: 'Action collapse',
      alert: 'QscActionCollapse',
      unit: 'share',
      trouble: 'above',
      measures: [
        {
          of: (model) => topAction(model)?.action,
          value: (_, model) => topAction(model)?.share,
        },
      ],
    },
  ],
  [
    'dead_zone',
    {
      title: 'Dead zone',
      alert: 'QscDeadZone',
      unit: 'share',
      trouble: 'above',
      measures: [{ of: () => 'HOLD', value: (_, model) => model?.shares.HOLD }],
    },
  ],
  [
    'flat_predictions',
    {
      title: 'Flat predictions',
      alert: 'QscFlatPredictions',
      unit: 'plain',
      trouble: 'below',
      measures: [deviation],
    },
  ],
  [
    'narrow_range',
    { title: 'Narrow range', alert: 'QscNarrowRange', unit: 'plain', trouble: 'below', measures: [range] },
  ],
  [
    'constant_output',
    {
      title: 'Constant output',
      alert: 'QscConstantOutput',
      unit: 'plain',
      trouble: 'below',
      measures: [deviation, range],
    },
  ],
  [
    'invalid_confidence',
    {
      title: 'Invalid confidences',
      alert: 'QscQualityGateFailed',
      unit: 'count',
      trouble: 'above',
      measures: [{ value: (_, model) => model?.invalid }],
    },
  ],
  ['ensemble_dysfunction', agreementCheck],
  ['model_chaos', disagreementCheck],
]);

/** The distance of the tenth from the ninetieth percentile of a model's confidence. */
export function confidenceRange(model: ModelReading | undefined): number | undefined {
  if (model?.p10 === undefined || model.p90 === undefined) return undefined;
  // The exporter rounds to 1e-9; the difference of two such numbers is one again.
  return Number((model.p90 - model.p10).toFixed(9));
}

/** Each violated check of a model, as a line: `Action collapse: HOLD 78.3% (limit 70%)`. */
export function modelReasons(window: WindowReading, model: ModelReading, limits: Limits): string[] {
  return model.violations.map((name) => describe(name, window, model, limits));
}

/** Each check of the ensemble that makes the gate wait, or rolls a canary back, as a line. */
export function ensembleReasons(window: WindowReading, limits: Limits): string[] {
  const names = [...new Set([...window.violations, ...window.waits])].sort();
  return names.map((name) => describe(name, window, undefined, limits));
}

/** The ensemble's two numbers with their limits, for a heading. */
export function ensembleSummary(window: WindowReading, limits: Limits): string {
  return [agreementCheck, disagreementCheck]
    .map(
      (check) =>
        `${check.title.replace('Ensemble ', '').toLowerCase()} ${measured(check, window, undefined, limits)}`,
    )
    .join(', ');
}

function describe(
  name: string,
  window: WindowReading,
  model: ModelReading | undefined,
  limits: Limits,
): string {
  const check = checks.get(name);
  return check === undefined ? name : `${check.title}: ${measured(check, window, model, limits)}`;
}

function measured(
  check: Check,
  window: WindowReading,
  model: ModelReading | undefined,
  limits: Limits,
): string {
  const rule = limits.get(check.alert);
  return check.measures
    .map((measure, index) => {
      const value = measure.value(window, model);
      const bounds = boundsOf(check, rule, index);
      const of = measure.of?.(model);
      return [
        ...(of === undefined ? [] : [of]),
        value === undefined ? unknownText : formatAgainst(value, nearest(value, bounds), check.unit),
        ...limitText(check, bounds),
      ].join(' ');
    })
    .join(', ');
}

function boundsOf(check: Check, rule: RuleLimits | undefined, index: number): number[] {
  const both = [rule?.limit, rule?.limit2];
  const own = check.trouble === 'outside' ? both : [both[index]];
  return own.filter((limit) => limit !== undefined).sort((a, b) => a - b);
}

function limitText(check: Check, bounds: readonly number[]): string[] {
  if (bounds.length === 0) return [];
  const text = bounds.map((bound) => formatLimit(bound, check.unit)).join(' to ');
  return [
    `(${check.trouble === 'below' ? 'at least' : check.trouble === 'above' ? 'limit' : 'allowed'} ${text})`,
  ];
}

function nearest(value: number, bounds: readonly number[]): number | undefined {
  return [...bounds].sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];
}

function topAction(model: ModelReading | undefined): { action: Action; share: number } | undefined {
  return actions
    .flatMap((action) => {
      const share = model?.shares[action];
      return share === undefined ? [] : [{ action, share }];
    })
    .sort((a, b) => b.share - a.share)[0];
}
