import { baselineQuantities, inputOfQuantity } from '../deployments/baseline.js';
import { receiverMetric, recordedMetric } from '../names.js';

/** What of a runbook is judged now. Empty: nobody says, so nothing is taken for left out. */
export interface JudgedScope {
  /** phases of the observation, such as A and B */
  readonly phases: readonly string[];
  /** inputs that are judged at all */
  readonly inputs: readonly string[];
  /** inputs of which data is known now */
  readonly present: readonly string[];
  /** the deployment that is looked at: values of others are left out */
  readonly deployment: string;
}

export const wholeScope: JudgedScope = { phases: [], inputs: [], present: [], deployment: '' };

/** The input of rules on lines of the trading system's log, which stands in a file or in the journal. */
export const logInput = 'log';

const phaseMatcher = new RegExp(`${recordedMetric.calibrationPhase}\\{[^}]*\\bphase=~?"([^"]*)"`, 'g');
const inputMatcher = /[{,]\s*input=~?"([^"]*)"/g;
const quantityMatcher = /[{,]\s*quantity="([^"]*)"/g;

/**
 * Why a rule judges nothing now although all is well, by what its expression asks for.
 * @returns undefined where it does judge
 */
export function outOfScope(
  expression: string,
  scope: Pick<JudgedScope, 'phases' | 'inputs'>,
): string | undefined {
  if (expression.includes(receiverMetric.deploymentCompleted)) return 'judged at its end';
  const phases = named(expression, phaseMatcher);
  if (isDisjoint(phases, scope.phases)) return `judged in phase ${phases.join(' and ')}`;
  const inputs = askedInputs(expression);
  if (isDisjoint(inputs, scope.inputs)) return `not judged without ${[...new Set(inputs)].join(' and ')}`;
  return undefined;
}

/** Whether data is known now of every judged input that an expression asks for. */
export function hasInputs(expression: string, { inputs, present }: JudgedScope): boolean {
  return askedInputs(expression)
    .filter((input) => inputs.length === 0 || inputs.includes(input))
    .every((input) => present.includes(input));
}

/** Whether a value with these labels belongs to what is looked at. */
export function isInScope(labels: Readonly<Record<string, string>>, { deployment }: JudgedScope): boolean {
  return deployment === '' || labels.deployment === undefined || labels.deployment === deployment;
}

function named(expression: string, matcher: RegExp): string[] {
  const found = [...expression.matchAll(matcher)].flatMap(([, names = '']) => names.split('|'));
  return [...new Set(found)].sort();
}

function askedInputs(expression: string): string[] {
  return [
    ...named(expression, inputMatcher),
    ...inputsOfQuantities(expression),
    ...(expression.includes(recordedMetric.logEvent) ? [logInput] : []),
  ];
}

function inputsOfQuantities(expression: string): string[] {
  const quantities = named(expression, quantityMatcher);
  return baselineQuantities
    .filter((quantity) => quantities.includes(quantity))
    .map((quantity) => inputOfQuantity[quantity]);
}

function isDisjoint(asked: readonly string[], present: readonly string[]): boolean {
  return asked.length > 0 && present.length > 0 && !asked.some((name) => present.includes(name));
}
