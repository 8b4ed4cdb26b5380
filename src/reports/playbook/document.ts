import type { Chart } from '../charts/chart.js';

/** How a piece of text stands out. It says what an alert or a box says, never what a number would. */
export type Mood = 'good' | 'warn' | 'bad' | 'dim' | 'plain';

/** Text with its mood; text of others is made harmless by whoever renders it. */
export interface Cell {
  readonly text: string;
  readonly mood: Mood;
}

export interface Fact {
  readonly label: string;
  readonly value: Cell;
  /** over which window, compared with what */
  readonly note: string;
}

export interface Column {
  readonly title: string;
  readonly isNumber: boolean;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** said where there is no row */
  readonly empty: string;
}

/** `to do`: it is somebody's next step, and nothing went wrong. */
export type BoxState = 'ticked' | 'not ticked' | 'unknown' | 'to do';

export interface Box {
  readonly state: BoxState;
  readonly text: string;
  readonly note: string;
}

export interface Section {
  readonly title: string;
  /** sentences above all else */
  readonly lead: readonly Cell[];
  readonly facts: readonly Fact[];
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  readonly boxes: readonly Box[];
}

/** A report, before it is text, Markdown or HTML. */
export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  /** what must be known before anything else is read */
  readonly warnings: readonly string[];
  /** the few numbers that are looked at first */
  readonly headline: readonly Fact[];
  readonly sections: readonly Section[];
}

export function cell(text: string, mood: Mood = 'plain'): Cell {
  return { text, mood };
}

export function fact(label: string, value: Cell | string, note = ''): Fact {
  return { label, value: typeof value === 'string' ? cell(value) : value, note };
}

export function section(title: string, parts: Partial<Omit<Section, 'title'>>): Section {
  return { title, lead: [], facts: [], charts: [], tables: [], boxes: [], ...parts };
}

/** A table whose columns are named, those with numbers by a leading `#`. */
export function table(caption: string, titles: readonly string[], rows: Table['rows'], empty: string): Table {
  const columns = titles.map((title) => ({
    title: title.replace(/^#/, ''),
    isNumber: title.startsWith('#'),
  }));
  return { caption, columns, rows, empty };
}
