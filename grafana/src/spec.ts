import type { StateName } from './states.js';

/** An expression and how its series are called; `legend` may hold `{{label}}`. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Common {
  readonly title: string;
  /** what a person should know beside the alerts' own meaning; Markdown */
  readonly description?: string;
  /** of 24 */
  readonly width?: number;
  /** in steps of 30 pixels */
  readonly height?: number;
  /** Grafana's name of the unit; left out: by the metrics' names */
  readonly unit?: string;
}

interface Keyed {
  /** of which the panel's id is made: never changed, and no other panel's */
  readonly key: string;
  /** alerts that the panel shows */
  readonly alerts?: readonly string[];
}

/** What alerts judge, by their own queries, each limit drawn as a line. Its key is the first alert. */
export interface JudgedPanel extends Common {
  readonly view: 'judged';
  readonly alerts: readonly [string, ...string[]];
  /** where the alerts judge two values that do not go onto one axis: which of the two; left out: all */
  readonly value?: 'first' | 'second';
  /** what the alerts' different queries are called, in the rules' order; left out: the title */
  readonly names?: readonly string[];
  /** labels that tell the series apart; left out: those by which the query aggregates */
  readonly labels?: readonly string[];
}

/** Graphs of anything. */
export interface GraphPanel extends Common, Keyed {
  readonly view: 'graph';
  readonly queries: readonly Query[];
}

/** Bands of states over time. */
export interface StatesPanel extends Common, Keyed {
  readonly view: 'states';
  readonly queries: readonly Query[];
  readonly states: StateName;
}

/** One big number, or a state, for each series. */
export interface StatPanel extends Common, Keyed {
  readonly view: 'stat';
  readonly queries: readonly Query[];
  /** left out: a number */
  readonly states?: StateName;
  /** uid of a dashboard to which a click leads */
  readonly leadsTo?: string;
}

/** A column of a table: a label, or the value of a query (`Value #A` for the first). */
export interface Column {
  readonly field: string;
  /** left out: the label's name */
  readonly title?: string;
  readonly unit?: string;
  readonly states?: StateName;
  /** what stands where there is nothing */
  readonly absent?: string;
  /** a number from which on the cell is red; green below it */
  readonly redFrom?: number;
  /** whether the value is the name of an alert, whose page a click opens */
  readonly isAlert?: boolean;
}

/** What holds now, a row for each set of labels; the queries' rows with the same labels are one. */
export interface TablePanel extends Common, Keyed {
  readonly view: 'table';
  readonly expressions: readonly string[];
  /** in their order; all others are left out */
  readonly columns: readonly Column[];
  /** title of the column whose largest values stand first */
  readonly sortedBy: string;
  /** what stands there while there is no row */
  readonly empty: string;
}

export type PanelSpec = JudgedPanel | GraphPanel | StatesPanel | StatPanel | TablePanel;

export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  /** the uid without `redline-`, and the file's name */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** how much of the past it shows, e.g. 6h */
  readonly span: string;
  /** the models of the canary's events can be chosen by the variable `model` */
  readonly hasModels?: boolean;
  /** Row titles are not shown where there is one row. */
  readonly rows: readonly RowSpec[];
}

/** The key of a panel. */
export function keyOf(panel: PanelSpec): string {
  if (panel.view !== 'judged') return panel.key;
  return panel.value === 'second' ? `${panel.alerts[0]} (second value)` : panel.alerts[0];
}
