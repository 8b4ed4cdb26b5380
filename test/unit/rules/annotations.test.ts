import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownAlert } from '../../../src/names.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { alertPageHeadings } from '../../support/documentation.js';
import { normalize, selectorsOf, tokenize } from '../../support/promql.js';
import { alertRules, catalogue, restsOn, type AlertRule } from '../../support/rule-files.js';

const documentation = join(packageRoot, 'docs', 'alerts');

/** What stands between the two sides of a comparison, in normal form. */
const comparison = String.raw`(?:>|<|>=|<=)(?: bool)?(?: (?:on|ignoring) \([^()]*\))?(?: group_left \( \))?`;

/** The limits with which an expression compares: numbers other than the 0 and 1 of a yes or no. */
function numbersCompared(rule: AlertRule): string[] {
  return tokenize(rule.expr).flatMap(({ kind }, at, tokens) => {
    if (kind !== 'comparison') return [];
    const next = tokens[tokens[at + 1]?.text === 'bool' ? at + 2 : at + 1];
    return next?.kind === 'number' && !['0', '1'].includes(next.text) ? [next.text] : [];
  });
}

/** Whether an alert's expression, or a recording rule on which it rests, compares the query with the limit. */
function compares(rule: AlertRule, query: string, limit: string): boolean {
  const right = `${comparison} ${escape(normalize(limit))}(?![.\\w])`;
  if (new RegExp(`(?:^|[( ])${escape(normalize(query))}(?: \\))* ${right}`).test(normalize(rule.expr)))
    return true;
  const [judged] = selectorsOf(query);
  if (judged === undefined) return false;
  const range = String.raw`(?: \[ \w+ \])?`;
  const recorded = new RegExp(`(?:^|[( ])${escape(judged.anyWindow)}${range}(?: \\))* ${right}`);
  return [...restsOn(rule)].some((found) => found !== rule && recorded.test(normalize(found.expr)));
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe.each(alertRules)('$alert ($labels.severity)', (rule) => {
  const { alert, annotations } = rule;

  it('says what happened, with the measured value, and where to read on', () => {
    expect(annotations.summary).toMatch(/\S/);
    expect(annotations.description).toMatch(/\S/);
    expect(annotations.runbook_url).toBe(`http://127.0.0.1:9712/docs/alerts/${alert}`);
    if (annotations.query !== undefined) expect(annotations.description).toContain('$value');
  });

  it('names the value judged and its limit, unexpanded', () => {
    if (numbersCompared(rule).length > 0) expect(annotations).toHaveProperty('query');
    for (const [value, limit] of [
      ['query', 'limit'],
      ['query_2', 'limit_2'],
    ] as const) {
      expect(value in annotations).toBe(limit in annotations);
      expect(`${annotations[value] ?? ''} ${annotations[limit] ?? ''}`).not.toContain('{{');
    }
    if ('query_2' in annotations) expect(annotations).toHaveProperty('query');
  });

  it('really compares that value with that limit', () => {
    const { query, limit, query_2: second, limit_2: secondLimit } = annotations;
    const pairs = [
      [query, limit],
      [second, secondLimit],
    ];
    for (const [value, bound] of pairs) {
      if (value === undefined || bound === undefined) continue;
      expect({ value, bound, compared: compares(rule, value, bound) }).toEqual({
        value,
        bound,
        compared: true,
      });
    }
  });

  it('has a page for the person whom it wakes', () => {
    expectPage(alert);
  });
});

describe.each(Object.values(ownAlert))('%s, which the receiver makes itself,', (alert) => {
  it('has a page too', () => {
    expectPage(alert);
  });
});

function expectPage(alert: string): void {
  const page = join(documentation, `${alert}.md`);
  expect(existsSync(page)).toBe(true);
  const text = readFileSync(page, 'utf8');
  expect(text.startsWith(`# ${alert}\n`)).toBe(true);
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(alertPageHeadings);
  expect(text).not.toContain('<!-- to be written');
}

describe('the check of queries and limits', () => {
  const rule = alertRules.find(({ alert }) => alert === 'QscActionCollapse');
  const query = rule?.annotations.query ?? '';

  it('refuses another limit, another value, and a limit that is only the beginning of the number', () => {
    expect(rule).toBeDefined();
    if (rule === undefined) return;
    expect(compares(rule, query, '0.70')).toBe(true);
    expect(compares(rule, query, '0.85')).toBe(false);
    expect(compares(rule, query, '0.7')).toBe(false);
    expect(compares(rule, query.replace('action_collapse', 'dead_zone'), '0.70')).toBe(false);
  });
});

describe('docs/alerts', () => {
  it('has no page of an alert that does not exist', () => {
    const pages = readdirSync(documentation).map((name) => name.replace(/\.md$/, ''));
    const known = new Set([...catalogue.map(({ alert }) => alert), ...Object.values(ownAlert)]);
    expect(pages.sort()).toEqual([...known].sort());
  });
});
