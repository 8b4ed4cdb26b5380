import { plainText } from '../markdown.js';
import type { BoxState, Cell, Fact, ReportDocument, Section, Table } from './document.js';

/** A report as Markdown; text of others reads as it was written and marks nothing up. */
export function renderMarkdown(document: ReportDocument): string {
  return `${[
    `# ${plainText(document.title)}`,
    '',
    plainText(document.subtitle),
    ...document.warnings.flatMap((warning) => ['', `> **Note:** ${plainText(warning)}`]),
    '',
    ...factLines(document.headline),
    ...document.sections.flatMap(sectionLines),
  ].join('\n')}\n`;
}

function sectionLines({ title, lead, facts, boxes, tables }: Section): string[] {
  return [
    '',
    `## ${plainText(title)}`,
    ...lead.flatMap((text) => ['', cellText(text)]),
    ...(facts.length === 0 ? [] : ['', ...factLines(facts)]),
    ...(boxes.length === 0 ? [] : ['']),
    ...boxes.map(({ state, text, note }) => `- ${marks[state]}${plainText(text)} (${plainText(note)})`),
    ...tables.flatMap(tableLines),
  ];
}

/** A list of tasks has two states; what is unknown says so. */
const marks: Readonly<Record<BoxState, string>> = {
  ticked: '[x] ',
  'not ticked': '[ ] ',
  unknown: '[ ] **unknown:** ',
  'to do': '[ ] ',
};

function factLines(facts: readonly Fact[]): string[] {
  return facts.map(
    ({ label, value, note }) =>
      `- ${plainText(label)}: ${cellText(value)}${note === '' ? '' : ` (${plainText(note)})`}`,
  );
}

function tableLines({ caption, columns, rows, empty }: Table): string[] {
  const heading = ['', `### ${plainText(caption)}`, ''];
  if (rows.length === 0) return [...heading, plainText(empty)];
  return [
    ...heading,
    `| ${columns.map(({ title }) => plainText(title)).join(' | ')} |`,
    `| ${columns.map(({ isNumber }) => (isNumber ? '---:' : '---')).join(' | ')} |`,
    ...rows.map((row) => `| ${row.map(cellText).join(' | ')} |`),
  ];
}

function cellText({ text, mood }: Cell): string {
  if (text === '') return '';
  return mood === 'bad' ? `**${plainText(text)}**` : plainText(text);
}
