import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../../src/alerts/alertmanager.js';
import { ExpressionMatcher } from '../../../src/alerts/regular-expression.js';
import { covers, type ObservedLabels, type SilencedRule } from '../../../src/alerts/silence-coverage.js';

const rule: SilencedRule = {
  name: 'QscDeadZone',
  labels: { rollback: 'qsc', severity: 'critical', team: 'the {{ $labels.model }} team' },
  query: 'quantum_model_action_ratio{action="HOLD"} * on (unit) group_left () redline:observed > 0.85',
};
const observed: ObservedLabels = { deployment: 'canary-1', model: 'patchtst', kind: 'canary' };

function isCovered(
  matchers: readonly (readonly [name: string, operator: '=' | '!=' | '=~' | '!~', value: string])[],
  under: readonly ObservedLabels[] = [observed],
): boolean {
  const matcher = new ExpressionMatcher();
  const parsed = matchers.map(([name, operator, value]): Matcher => ({
    name,
    value,
    isRegex: operator.endsWith('~'),
    isEqual: operator.startsWith('='),
  }));
  return covers({ matchers: parsed }, rule, under, (expression, value) => matcher.matches(expression, value));
}

describe('a silence', () => {
  it.each([
    [true, [['alertname', '=', 'QscDeadZone']]],
    [false, [['alertname', '=', 'QscDeadZon']]],
    [false, [['alertname', '!=', 'QscDeadZone']]],
    [true, [['alertname', '!=', 'HostDown']]],
    [true, [['severity', '=~', 'warning|critical']]],
    // Anchored at both ends.
    [false, [['severity', '=~', 'critica']]],
    [false, [['severity', '=~', 'ritical']]],
    [false, [['severity', '!~', 'crit.*']]],
    [true, [['severity', '!~', 'warning']]],
    [true, [['severity', '=~', '(?i)CRITICAL']]],
    [
      false,
      [
        ['severity', '=', 'critical'],
        ['rollback', '=', 'calibration'],
      ],
    ],
    [
      true,
      [
        ['rollback', '=', 'qsc'],
        ['deployment', '=', 'canary-1'],
        ['model', '=~', 'patch.*'],
        ['kind', '!=', 'calibration'],
      ],
    ],
    // No alert of another deployment is judged.
    [false, [['deployment', '=', 'canary-0']]],
    // Only the alert itself will say.
    [true, [['team', '=', 'the xgb team']]],
    [true, [['unit', '=', 'quantum-ai-engine.service']]],
    // The alert has no such label, which is as good as empty.
    [false, [['instance', '=', 'db1']]],
    [true, [['instance', '=', '']]],
    [true, [['instance', '!=', 'db1']]],
    // Not to be told: RE2 alone understands it, or it would take for ever.
    [true, [['severity', '=~', '(?s:critical)']]],
    [true, [['severity', '=~', '(']]],
    [true, [['severity', '!~', '(']]],
    [true, []],
  ] as const)('covers the rule: %s, by %j', (expected, matchers) => {
    expect(isCovered(matchers)).toBe(expected);
  });

  it('covers what might be deployed where nothing is', () => {
    expect(isCovered([['deployment', '=', 'canary-0']], [])).toBe(true);
    expect(isCovered([['alertname', '=', 'HostDown']], [])).toBe(false);
  });

  it('covers the alert of any of those under observation, each with its own labels', () => {
    const other = { deployment: 'production-1', model: '', kind: 'production' };
    expect(isCovered([['deployment', '=', 'production-1']], [observed, other])).toBe(true);
    const mixed = [
      ['deployment', '=', 'production-1'],
      ['kind', '=', 'canary'],
    ] as const;
    expect(isCovered(mixed, [observed, other])).toBe(false);
  });
});

describe('an expression of a stranger', () => {
  const evil = '(a+)+b';
  const value = 'a'.repeat(60);

  it('is given up before it holds anything up, and not asked again', () => {
    const matcher = new ExpressionMatcher();
    // One match may be under way for its limit; fifty, or one without a limit, would be for ever.
    for (let turn = 0; turn < 50; turn += 1) {
      matcher.begin();
      expect(matcher.matches(evil, value)).toBeUndefined();
    }
  });

  it('is left for the next turn once the turn’s time is spent', () => {
    const matcher = new ExpressionMatcher();
    for (let index = 0; index < 5; index += 1) matcher.matches(`${evil}${index}`, value);
    expect(matcher.matches('b.*', 'better')).toBeUndefined();
    matcher.begin();
    expect(matcher.matches('b.*', 'better')).toBe(true);
    expect(matcher.matches('b', 'better')).toBe(false);
  });
});
