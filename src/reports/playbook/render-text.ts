import type { Paint } from '../paint.js';
import { printable } from '../text.js';
import type { Box, BoxState, Cell, Column, Fact, Mood, ReportDocument, Section, Table } from './document.js';

/** A report for a terminal; plain where nothing is to be painted. */
export function renderText(document: ReportDocument, paint: Paint): string {
  const lines = [
    paint.strong(document.title),
    paint.dim(document.subtitle),
    ...document.warnings.map((warning) => paint.warn(`! ${printable(warning)}`)),
    '',
    ...factLines(document.headline, paint),
    ...document.sections.flatMap((section) => sectionLines(section, paint)),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** A text in its mood. */
export function painted({ text, mood }: Cell, paint: Paint): string {
  return painters[mood](paint)(printable(text));
}

const painters: Readonly<Record<Mood, (paint: Paint) => (text: string) => string>> = {
  good: (paint) => paint.good,
  warn: (paint) => paint.warn,
  bad: (paint) => paint.bad,
  dim: (paint) => paint.dim,
  plain: () => (text) => text,
};

function sectionLines({ title, lead, facts, boxes, tables }: Section, paint: Paint): string[] {
  return [
    '',
    paint.strong(title),
    ...lead.map((text) => `  ${painted(text, paint)}`),
    ...factLines(facts, paint),
    ...boxes.map((box) => boxLine(box, paint)),
    ...tables.flatMap((table) => tableLines(table, paint)),
  ];
}

function factLines(facts: readonly Fact[], paint: Paint): string[] {
  const widthOf = (texts: readonly string[]): number =>
    Math.max(0, ...texts.map((text) => printable(text).length));
  const label = widthOf(facts.map((fact) => fact.label));
  const value = Math.min(40, widthOf(facts.map((fact) => fact.value.text)));
  return facts.map((fact) => {
    const room = ' '.repeat(Math.max(0, value - printable(fact.value.text).length));
    return `  ${printable(fact.label).padEnd(label)}  ${painted(fact.value, paint)}${room}  ${paint.dim(printable(fact.note))}`;
  });
}

const marks: Readonly<Record<BoxState, string>> = {
  ticked: '[x]',
  'not ticked': '[ ]',
  unknown: '[?]',
  'to do': '[ ]',
};
const markMoods: Readonly<Record<BoxState, Mood>> = {
  ticked: 'good',
  'not ticked': 'bad',
  unknown: 'warn',
  'to do': 'dim',
};

function boxLine({ state, text, note }: Box, paint: Paint): string {
  return `  ${painted({ text: marks[state], mood: markMoods[state] }, paint)} ${text}  ${paint.dim(printable(note))}`;
}

function tableLines({ caption, columns, rows, empty }: Table, paint: Paint): string[] {
  if (rows.length === 0) return ['', `  ${caption}`, `  ${paint.dim(empty)}`];
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => printable(row[index]?.text ?? '').length)),
  );
  return [
    '',
    `  ${caption}`,
    `  ${columns.map((column, index) => paint.dim(padded(column.title, column, widths[index]))).join('  ')}`,
    ...rows.map(
      (row) =>
        `  ${row.map((cell, index) => tableCell(cell, columns[index], widths[index], paint)).join('  ')}`,
    ),
  ];
}

function tableCell(cell: Cell, column: Column | undefined, width: number | undefined, paint: Paint): string {
  const text = printable(cell.text);
  // Colours have no width.
  return padded(text, column, width).replace(text, () => painted(cell, paint));
}

function padded(text: string, column: Column | undefined, width = 0): string {
  return column?.isNumber === true ? text.padStart(width) : text.padEnd(width);
}
