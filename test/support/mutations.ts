import { inSeconds } from './durations.js';
import { tokenize, type Token } from './promql.js';
import type { Rule } from './rule-files.js';

/** A rule with one small thing about it changed. */
export interface Mutant {
  /** the rule, as the list of justified survivors names it */
  readonly rule: string;
  /** what was changed, e.g. `> -> >= in: value > bool 0.70` */
  readonly change: string;
  readonly mutated: Pick<Rule, 'expr' | 'for'>;
}

const flips: Readonly<Record<string, string>> = {
  '>': '>=',
  '>=': '>',
  '<': '<=',
  '<=': '<',
  '==': '!=',
  '!=': '==',
  and: 'unless',
  unless: 'and',
};

/** What tells recording rules of one name apart. */
export function distinction({ labels }: Rule): string | undefined {
  const { alertname, check, quantity, counter, phase, state } = labels;
  return alertname ?? check ?? quantity ?? counter ?? phase ?? state ?? labels.class;
}

/** Moves every number, duration and `for` a step down and up, and turns every comparison, `and` and `unless`. */
export function mutantsOf(rule: Rule): Mutant[] {
  const label = distinction(rule);
  const name = `${rule.alert ?? rule.record ?? ''}${label === undefined ? '' : `{${label}}`}`;
  return [
    ...tokenize(rule.expr).flatMap((token) =>
      replacements(token).map((text) => ({
        rule: name,
        change: `${token.text} -> ${text} in: ${surroundings(rule.expr, token)}`,
        mutated: {
          expr: rule.expr.slice(0, token.start) + text + rule.expr.slice(token.start + token.text.length),
          for: rule.for,
        },
      })),
    ),
    ...(rule.alert === undefined ? [] : holds(rule.for)).map((hold) => ({
      rule: name,
      change: `for: ${rule.for ?? 'none'} -> ${hold}`,
      mutated: { expr: rule.expr, for: hold },
    })),
  ];
}

function replacements({ kind, text }: Token): string[] {
  if (kind === 'number') return numbers(text);
  if (kind === 'duration') {
    const seconds = inSeconds(text);
    return [`${seconds * 0.9 * 1000}ms`, `${seconds * 1.1 * 1000}ms`].map((found) =>
      found.replace(/\.\d+/, ''),
    );
  }
  const flipped = kind === 'comparison' || kind === 'name' ? flips[text] : undefined;
  return flipped === undefined ? [] : [flipped];
}

/** Whole numbers move by 1, powers of ten by one power, others by a thousandth. */
function numbers(text: string): string[] {
  const value = Number(text);
  const [down, up] = text.includes('e')
    ? [value / 10, value * 10]
    : Number.isInteger(value)
      ? [value - 1, value + 1]
      : [value * 0.999, value * 1.001];
  return [down, up].map((moved) => String(Number(moved.toPrecision(12))));
}

/** One evaluation of the tests less, and one more. */
function holds(hold: string | undefined): string[] {
  if (hold === undefined) return ['5s'];
  const seconds = inSeconds(hold);
  return [`${seconds - 5}s`, `${seconds + 5}s`];
}

/** What stands around a token, so that a person finds it. */
function surroundings(expression: string, { start, text }: Token): string {
  const from = expression.slice(Math.max(0, start - 60), start + text.length + 20);
  return from.replace(/\s+/g, ' ').trim();
}
