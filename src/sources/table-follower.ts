import { rowHash } from './row-hash.js';
import type { FileChange, SqliteFile, SqliteRow } from './sqlite-file.js';

/** What is read of a table. */
export interface TableLayout {
  readonly table: string;
  /** each by the spellings that occur; where a table has several, the first that is not NULL counts */
  readonly columns: readonly (readonly string[])[];
  /** of these columns a table must have at least one spelling each, else it is taken for absent */
  readonly required: readonly string[];
  /** the column by which rows age */
  readonly time: string;
  /** older rows are not read, seconds */
  readonly retention: number;
  /** rows whose time is NULL wait for it, and are read however old they are */
  readonly hasOpenRows: boolean;
}

/** Takes the rows of a table. */
export interface RowSink {
  /**
   * Everything begins anew.
   * @param columns those of the layout that the table has, by their first spelling
   */
  reset(columns: ReadonlySet<string>): void;
  /** @param row the id, then the layout's columns in their order; null for a column that the table lacks */
  add(id: number, row: SqliteRow): void;
  /** Rows with these ids are as if they had never been there; those that are still there are added again. */
  forget(firstId: number, lastId: number): void;
}

/** Why a table was read again, whole or in part. */
export type RereadReason = 'replaced' | 'schema' | 'rewound' | 'changed';

/** Rows taken at once while a table is read for the first time: some 20 ms. */
const blockRows = 20_000;
/** Ids whose rows are compared, and where they differ read again, together. */
const chunkIds = 1024;
/** Parts with open rows that are looked at in one step. */
const openChunksPerStep = 32;
/** Unix times below are seconds, from here on milliseconds. */
const firstMilliseconds = 1e11;

interface Statements {
  readonly block: string;
  readonly blockEnd: string;
  readonly last: string;
  readonly oldest: string;
}

/** Rows older than this are left out: the same moment in each form in which a time is written. */
interface Cutoff {
  readonly seconds: number;
  readonly milliseconds: number;
  /** a day before it, since text may carry any offset */
  readonly day: string;
}

type State = 'absent' | 'reading' | 'following';

/**
 * Reads a table that somebody else appends to: what is new by rowid, and rows that were changed, closed or deleted by sums of
 * hashes over ranges of ids. Each step is short. Those ranges are gone through again and again while something is written, the
 * newest and those with open rows each time.
 */
export class TableFollower {
  readonly #file: SqliteFile;
  readonly #layout: TableLayout;
  readonly #sink: RowSink;
  readonly #onReread: (reason: RereadReason) => void;
  #state: State = 'absent';
  #statements: Statements | undefined;
  #cutoff: Cutoff = { seconds: 0, milliseconds: 0, day: '' };
  #isReady = false;
  #last = 0;
  #rowsRead = 0;
  /** number of a range of ids to the sum of its rows' hashes */
  readonly #sums = new Map<number, number>();
  readonly #openChunks = new Set<number>();
  #sweep: Iterator<number, undefined> | undefined;
  #isSweepDue = false;

  constructor(
    file: SqliteFile,
    layout: TableLayout,
    sink: RowSink,
    onReread: (reason: RereadReason) => void,
  ) {
    this.#file = file;
    this.#layout = layout;
    this.#sink = sink;
    this.#onReread = onReread;
  }

  /** Whether there is such a table, with the columns that it needs. */
  get isPresent(): boolean {
    return this.#state !== 'absent';
  }

  /** Whether the table has been read to its end once. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether the next step has rows to read even where nothing was written since. */
  get isReading(): boolean {
    return this.#state === 'reading';
  }

  get rowsRead(): number {
    return this.#rowsRead;
  }

  /** Whether rows are left that a step would compare though nothing was written since. */
  get isSweepDue(): boolean {
    return this.#isSweepDue;
  }

  /**
   * One short step. After a failure the next one goes on.
   * @param now Unix seconds
   * @throws SourceError
   */
  step(change: FileChange, now: number): void {
    if (change.replaced || change.schema) {
      if (this.#state !== 'absent') this.#onReread(change.replaced ? 'replaced' : 'schema');
      this.#begin(now);
    }
    if (this.#state === 'reading') this.#readBlock();
    else if (this.#state === 'following' && change.content) this.#follow(now);
  }

  /**
   * Compares rows that were read before, until the time is up.
   * @param isTimeUp asked between two ranges of ids
   * @throws SourceError
   */
  compare(isTimeUp: () => boolean): void {
    while (this.#state === 'following' && !isTimeUp()) {
      if (this.#sweep === undefined) {
        if (!this.#isSweepDue) return;
        this.#isSweepDue = false;
        this.#sweep = this.#sums.keys();
      }
      const next: IteratorResult<number, undefined> = this.#sweep.next();
      if (next.done === true) this.#sweep = undefined;
      else if (this.#refresh(next.value)) this.#onReread('changed');
    }
  }

  /**
   * The raw time of the row with the smallest id; undefined where there is none.
   * @throws SourceError
   */
  oldest(): unknown {
    return this.#statements === undefined ? undefined : this.#file.all(this.#statements.oldest)[0]?.[0];
  }

  #begin(now: number): void {
    const { table, columns, required, retention } = this.#layout;
    const found = this.#file.columns(table);
    const spelled = columns.map((spellings) => spellings.filter((name) => found?.has(name) ?? false));
    const available = new Set(
      columns.flatMap(([name = ''], index) => (spelled[index]?.length === 0 ? [] : [name])),
    );
    this.#state = required.every((name) => available.has(name)) ? 'reading' : 'absent';
    this.#statements = this.#state === 'absent' ? undefined : statementsFor(this.#layout, spelled);
    const seconds = now - retention;
    const day = new Date((seconds - 86_400) * 1000).toISOString().slice(0, 10);
    this.#cutoff = { seconds, milliseconds: seconds * 1000, day };
    this.#isReady = false;
    this.#last = Number.NEGATIVE_INFINITY;
    this.#sums.clear();
    this.#openChunks.clear();
    this.#sweep = undefined;
    this.#isSweepDue = false;
    this.#sink.reset(available);
  }

  #readBlock(): void {
    const { blockEnd } = this.#known();
    const after = lowest(this.#last);
    const end = this.#number(blockEnd, { after, skip: blockRows - 1 }) ?? this.#newest();
    if (end !== undefined && end > this.#last) this.#take(this.#last, end);
    const newest = this.#newest();
    this.#state = newest === undefined || newest <= this.#last ? 'following' : 'reading';
    this.#isReady ||= this.#state === 'following';
  }

  #follow(now: number): void {
    const newest = this.#newest() ?? Number.NEGATIVE_INFINITY;
    if (newest < this.#last) {
      this.#onReread('rewound');
      this.#begin(now);
      this.#readBlock();
      return;
    }
    this.#isSweepDue = true;
    const tail = chunkOf(this.#last);
    if (this.#sums.has(tail)) this.#refresh(tail);
    for (const chunk of [...this.#openChunks].slice(0, openChunksPerStep)) {
      // To the end of the set: each gets its turn.
      if (this.#openChunks.delete(chunk)) this.#openChunks.add(chunk);
      if (chunk !== tail) this.#refresh(chunk);
    }
    // What a large batch leaves is the next steps' work.
    if (newest > this.#last) this.#readBlock();
  }

  /** Reads the rows of a range of ids again where they are not what they were. */
  #refresh(chunk: number): boolean {
    const first = chunk * chunkIds;
    const last = Math.min(first + chunkIds - 1, this.#last);
    const rows = this.#select(first - 1, last);
    const sum = rows.reduce((total, row) => total + rowHash(row), 0);
    if (sum === this.#sums.get(chunk)) return false;
    this.#sink.forget(first, last);
    this.#sums.set(chunk, 0);
    this.#openChunks.delete(chunk);
    this.#add(rows);
    return true;
  }

  #take(after: number, upTo: number): void {
    this.#add(this.#select(after, upTo));
    this.#last = upTo;
  }

  #add(rows: readonly SqliteRow[]): void {
    const time = 1 + this.#layout.columns.findIndex(([name]) => name === this.#layout.time);
    for (const row of rows) {
      const id = Number(row[0]);
      const chunk = chunkOf(id);
      this.#sums.set(chunk, (this.#sums.get(chunk) ?? 0) + rowHash(row));
      if (this.#layout.hasOpenRows && row[time] === null) this.#openChunks.add(chunk);
      this.#sink.add(id, row);
    }
    this.#rowsRead += rows.length;
  }

  #select(after: number, upTo: number): SqliteRow[] {
    return this.#file.all(this.#known().block, { after: lowest(after), upTo, ...this.#cutoff });
  }

  #newest(): number | undefined {
    return this.#number(this.#known().last);
  }

  #number(sql: string, parameters?: Readonly<Record<string, number>>): number | undefined {
    const value = this.#file.all(sql, parameters)[0]?.[0];
    return typeof value === 'number' ? value : undefined;
  }

  #known(): Statements {
    if (this.#statements === undefined) throw new Error(`${this.#layout.table} is absent`);
    return this.#statements;
  }
}

function chunkOf(id: number): number {
  return Math.floor(id / chunkIds);
}

/** SQLite knows no infinity among whole numbers. */
function lowest(id: number): number {
  return Math.max(id, Number.MIN_SAFE_INTEGER);
}

function statementsFor(layout: TableLayout, spelled: readonly (readonly string[])[]): Statements {
  const table = quote(layout.table);
  const columns = spelled.map((names) =>
    names.length > 1 ? `coalesce(${names.map(quote).join(', ')})` : names.map(quote).join('') || 'NULL',
  );
  const time = quote(layout.time);
  return {
    block: `SELECT rowid, ${columns.join(', ')} FROM ${table} WHERE rowid > @after AND rowid <= @upTo AND (${ageFilter(time)}) ORDER BY rowid`,
    blockEnd: `SELECT rowid FROM ${table} WHERE rowid > @after ORDER BY rowid LIMIT 1 OFFSET @skip`,
    last: `SELECT max(rowid) FROM ${table}`,
    oldest: `SELECT ${time} FROM ${table} ORDER BY rowid LIMIT 1`,
  };
}

/**
 * Leaves out in SQLite what is surely too old, so that only the rest becomes JavaScript values; whatever is no plain time
 * passes, and is judged there. Text that begins with a date sorts by it.
 */
function ageFilter(time: string): string {
  return [
    `typeof(${time}) IN ('integer', 'real') AND (${time} >= @seconds AND ${time} < ${firstMilliseconds} OR ${time} >= @milliseconds)`,
    `typeof(${time}) = 'text' AND (${time} >= @day OR ${time} NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*')`,
    `typeof(${time}) IN ('null', 'blob')`,
  ].join(' OR ');
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
