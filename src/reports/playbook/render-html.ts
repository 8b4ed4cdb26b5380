import type { Chart } from '../charts/chart.js';
import { drawChart } from '../charts/draw.js';
import { element, together, type Markup } from '../charts/markup.js';
import type { Box, BoxState, Cell, Fact, ReportDocument, Section, Table } from './document.js';
import { styles } from './styles.js';

/** Widths at which charts are drawn: for a desk and for a hand. One of them is shown, so that letters keep their size. */
const widths = { wide: 760, narrow: 330 } as const;

/** A report as one HTML file that asks for nothing outside of itself. */
export function renderHtml(document: ReportDocument): string {
  const { title, subtitle, warnings, headline, sections } = document;
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      {
        markup: '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
      },
      {
        markup: '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">',
      },
      // Whatever text of others found its way in: nothing is run and nothing is fetched.
      {
        markup: `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
      },
      element('title', {}, title),
      { markup: `<style>${styles}</style>` },
    ),
    element(
      'body',
      {},
      element(
        'header',
        {},
        element('h1', {}, title),
        element('p', { class: 'subtitle' }, subtitle),
        ...warnings.map((warning) => element('p', { class: 'warning', role: 'note' }, warning)),
        tiles(headline),
      ),
      element('main', {}, ...sections.map(sectionMarkup)),
      element('footer', {}, 'Values and verdicts are those of Prometheus. Unknown is not zero.'),
    ),
  );
  return `<!doctype html>\n${page.markup}\n`;
}

function tiles(headline: readonly Fact[]): Markup {
  return element(
    'dl',
    { class: 'tiles' },
    ...headline.map(({ label, value, note }) =>
      element(
        'div',
        {},
        element('dt', {}, label),
        element('dd', { class: `number ${value.mood}` }, value.text),
        element('dd', { class: 'note' }, note),
      ),
    ),
  );
}

function sectionMarkup({ title, lead, facts, charts, tables, boxes }: Section, index: number): Markup {
  const id = `section-${index + 1}`;
  return element(
    'section',
    { 'aria-labelledby': id },
    element('h2', { id }, title),
    ...lead.map((text) => element('p', { class: `lead ${text.mood}` }, text.text)),
    ...(boxes.length === 0 ? [] : [element('ul', { class: 'boxes' }, ...boxes.map(boxMarkup))]),
    ...(facts.length === 0 ? [] : [factList(facts)]),
    ...charts.map((chart, number) => figure(chart, `${id}-chart-${number + 1}`)),
    ...tables.map(tableMarkup),
  );
}

const marks: Readonly<Record<BoxState, string>> = {
  ticked: '\u2713',
  'not ticked': '\u2717',
  unknown: '?',
  'to do': '\u00a0',
};
const markClasses: Readonly<Record<BoxState, string>> = {
  ticked: 'ticked',
  'not ticked': 'open',
  unknown: 'unknown',
  'to do': 'todo',
};

function boxMarkup({ state, text, note }: Box): Markup {
  return element(
    'li',
    { class: markClasses[state] },
    element('span', { class: 'mark', role: 'img', 'aria-label': state }, marks[state]),
    element('span', {}, element('span', {}, text), ' ', element('span', { class: 'note' }, note)),
  );
}

function factList(facts: readonly Fact[]): Markup {
  return element(
    'dl',
    { class: 'facts' },
    ...facts.map(({ label, value, note }) =>
      element(
        'div',
        {},
        element('dt', {}, label),
        element(
          'dd',
          { class: value.mood },
          value.text,
          ...(note === '' ? [] : [element('span', { class: 'note' }, note)]),
        ),
      ),
    ),
  );
}

function figure(chart: Chart, id: string): Markup {
  return element(
    'figure',
    {},
    element('figcaption', {}, chart.title),
    ...Object.entries(widths).map(([name, width]) =>
      element('div', { class: `chart ${name}` }, drawChart(chart, `${id}-${name}`, width)),
    ),
  );
}

function tableMarkup({ caption, columns, rows, empty }: Table): Markup {
  if (rows.length === 0) return together(element('h3', {}, caption), element('p', { class: 'dim' }, empty));
  const head = columns.map(({ title, isNumber }) =>
    element('th', { scope: 'col', ...(isNumber ? { class: 'number' } : {}) }, title),
  );
  return element(
    'div',
    // Wide tables are moved by the keyboard too.
    { class: 'table', role: 'region', 'aria-label': caption, tabindex: '0' },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...rows.map((row) => rowMarkup(row, columns))),
    ),
  );
}

function rowMarkup(row: readonly Cell[], columns: Table['columns']): Markup {
  return element(
    'tr',
    {},
    ...row.map(({ text, mood }, index) => {
      const isNumber = columns[index]?.isNumber === true;
      return element('td', { class: `${mood}${isNumber ? ' number' : ''}` }, text);
    }),
  );
}
