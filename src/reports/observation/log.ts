import { formatTime } from '../numbers.js';
import { cell, section, table, type Cell, type Section } from '../playbook/document.js';
import { aboutText } from '../playbook/alert-section.js';
import type { FiredAlert } from '../playbook/fired-alerts.js';
import type { JudgedValues } from './judged-values.js';
import type { Look } from './looks.js';
import { limitText, valuesText } from './value-text.js';

/** A value of the log that no rule judges. */
export interface NotedValue {
  readonly label: string;
  /** by look; empty: it was not known */
  readonly texts: readonly string[];
}

/** What a row of the log is called, where its alert's name says little. */
export type RowNames = ReadonlyMap<string, string>;

/** The log of an observation: what was judged at each look, and what fired in between. */
export function logSection(
  looks: readonly Look[],
  values: readonly JudgedValues[],
  noted: readonly NotedValue[],
  episodes: readonly FiredAlert[],
  names: RowNames,
): Section {
  const rows = rowsOf(values);
  const blind = rows.filter((row) => row.every((value) => value.looks.every((look) => look.length === 0)));
  const unseen = blind.flatMap((row) => row.map(({ alertname }) => names.get(alertname) ?? alertname));
  return section('Observation log', {
    lead: [
      cell('Values are what Prometheus answered at that time; unknown is not zero.', 'dim'),
      ...(unseen.length === 0 ? [] : [cell(`Without a value at any look: ${unseen.join(', ')}.`, 'dim')]),
    ],
    tables: [
      table(
        'Course',
        ['Look', 'Time (UTC)', 'State', 'Alerts since the look before'],
        looks.map((look, index) => courseRow(look, looks[index - 1], episodes)),
        'None.',
      ),
      table(
        'Values',
        ['Value', ...looks.map(({ label }) => `#${label}`), '#Limit'],
        [
          ...rows.filter((row) => !blind.includes(row)).map((row) => valueRow(row, looks, names)),
          ...noted.map(({ label, texts }) => [
            cell(label),
            ...looks.map((look, index) => atLook(look, texts[index] ?? '')),
            cell(''),
          ]),
        ],
        'Prometheus knows no value that is judged.',
      ),
    ],
  });
}

function courseRow(look: Look, before: Look | undefined, episodes: readonly FiredAlert[]): Cell[] {
  const label = look.name === '' ? look.label : `${look.label}, ${look.name}`;
  return [
    cell(label),
    cell(formatTime(look.at)),
    cell(look.state, look.state === 'taken' ? 'plain' : 'dim'),
    look.state === 'taken' ? alertsCell(since(look, before, episodes)) : cell(look.state, 'dim'),
  ];
}

/** What began to fire up to a look and after the one before it. */
function since(look: Look, before: Look | undefined, episodes: readonly FiredAlert[]): FiredAlert[] {
  return episodes
    .filter(({ start }) => start <= look.at && (before === undefined || start > before.at))
    .sort((a, b) => a.start - b.start);
}

function alertsCell(fired: readonly FiredAlert[]): Cell {
  if (fired.length === 0) return cell('none');
  const mood = fired.some(({ severity }) => severity === 'critical') ? 'bad' : 'warn';
  const texts = fired.map((episode) =>
    `${formatTime(episode.start).slice(11, 19)} ${episode.alertname} ${aboutText(withoutDeployment(episode))}`.trim(),
  );
  return cell(texts.join('; '), mood);
}

/** Every alert of the report is of the same deployment. */
export function withoutDeployment({ labels }: FiredAlert): Pick<FiredAlert, 'labels'> {
  const own = ['deployment', 'model'];
  return { labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !own.includes(name))) };
}

function atLook({ state }: Look, text: string): Cell {
  if (state !== 'taken') return cell(state, 'dim');
  return text === '' ? cell('unknown', 'dim') : cell(text);
}

/** A row of the log: alerts that judge the same value at different limits share one. */
function rowsOf(values: readonly JudgedValues[]): (readonly JudgedValues[])[] {
  const rows = new Map<string, JudgedValues[]>();
  for (const value of values)
    if (value.query !== '') rows.set(value.query, [...(rows.get(value.query) ?? []), value]);
  return [...rows.values()];
}

/** It is called after the last of them: a runbook states what is graver first. */
function valueRow(row: readonly JudgedValues[], looks: readonly Look[], names: RowNames): Cell[] {
  const value = row.at(-1);
  if (value === undefined) return [];
  const limits = [...new Set(row.map(limitText))].filter((text) => text !== '');
  return [
    cell(names.get(value.alertname) ?? value.alertname),
    ...looks.map((look, index) => atLook(look, valuesText(value.alertname, value.looks[index] ?? []))),
    cell(limits.join(', ')),
  ];
}
