import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Alert } from '../alerts.js';
import { isAggregated, isPointInTime, labelsOf, unitOf } from '../expressions.js';
import type { JudgedPanel, Query } from '../spec.js';
import { colour } from '../states.js';
import { frame, type Alerts } from './frame.js';
import { lineGraph, type Line } from './graph.js';
import { refIdOf } from './targets.js';

/** A limit that is an expression: a line of its own. */
interface MovingLimit extends Query {
  readonly colour: string;
}

/**
 * What alerts judge, with each of their limits as a line in the colour of the severity.
 * @throws Error where an alert is unknown, or judges no value
 */
export function judgedPanel(spec: JudgedPanel, alerts: Alerts): Builder<Panel> {
  const rules = spec.alerts.flatMap((name) => judgingRules(name, spec, alerts));
  const values = valuesOf(spec, rules);
  const moving = movingLimits(spec, rules);
  const builder = lineGraph(
    spec.unit ?? unitOf(rules[0]?.judged[0]?.query ?? ''),
    [...values, ...moving],
    lines(rules),
  );
  moving.forEach((limit, index) => {
    builder.overrideByQuery(refIdOf(values.length + index), limitStyle(limit.colour));
  });
  return frame(builder, spec, alerts);
}

/** The rules of an alert, with the values that the panel is about. */
function judgingRules(name: string, { value }: JudgedPanel, alerts: Alerts): Alert[] {
  const chosen = value === 'second' ? 1 : 0;
  const found = (alerts.get(name) ?? [])
    .map((rule) => ({
      ...rule,
      judged: rule.judged.filter((_, index) => value === undefined || index === chosen),
    }))
    .filter(({ judged }) => judged.length > 0);
  if (found.length === 0)
    throw new Error(`${name} is not in the rules, or its annotations state no such query`);
  return found;
}

/** Each value once, though several alerts may judge it. */
function valuesOf({ title, names, labels }: JudgedPanel, rules: readonly Alert[]): Query[] {
  const queries = [...new Set(rules.flatMap(({ judged }) => judged.map(({ query }) => query)))];
  if (names !== undefined && names.length !== queries.length)
    throw new Error(`${title}: ${names.length} names for ${queries.length} different queries`);
  return queries.map((query, index) => ({
    expr: drawn(query),
    legend: legendOf(names?.[index], labels ?? labelsOf(query), title),
  }));
}

function movingLimits({ title, labels }: JudgedPanel, rules: readonly Alert[]): MovingLimit[] {
  const limits = rules.flatMap(({ name, severity, judged }) =>
    judged
      .filter(({ limit }) => !isNumber(limit))
      .map(({ limit }) => ({
        expr: drawn(limit),
        legend: legendOf(`limit of ${name}`, isAggregated(limit) ? labelsOf(limit) : (labels ?? []), title),
        colour: colour[severity],
      })),
  );
  return limits.filter(({ expr }, index) => limits.findIndex((other) => other.expr === expr) === index);
}

/** The most urgent alert gives a line its colour. */
function lines(rules: readonly Alert[]): Line[] {
  const found = new Map<number, string>();
  for (const severity of ['info', 'warning', 'critical'] as const)
    for (const { judged } of rules.filter((rule) => rule.severity === severity))
      for (const { limit } of judged) if (isNumber(limit)) found.set(Number(limit), colour[severity]);
  return [...found].map(([value, each]) => ({ value, colour: each }));
}

/** Grafana takes points in time in milliseconds. */
function drawn(expression: string): string {
  return isPointInTime(expression) ? `1000 * (${expression})` : expression;
}

function legendOf(name: string | undefined, labels: readonly string[], title: string): string {
  const words = [
    ...(name === undefined || name === '' ? [] : [name]),
    ...labels.map((label) => `{{${label}}}`),
  ];
  return words.length === 0 ? title : words.join(' ');
}

function limitStyle(fixedColor: string): DynamicConfigValue[] {
  return [
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
    { id: 'custom.lineWidth', value: 1 },
    { id: 'color', value: { mode: 'fixed', fixedColor } },
  ];
}

function isNumber(text: string): boolean {
  return Number.isFinite(Number(text));
}
