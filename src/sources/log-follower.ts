import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import type { FilePosition } from './file-position.js';
import { FileTail } from './file-tail.js';
import type { OutputLine } from './line-splitter.js';
import { filesSince, openAt } from './log-search.js';
import { SourceError } from './source-error.js';

/** Who takes the lines of a log file. */
export interface LogReader {
  /** @param modified when the file was written to last, Unix seconds: the line is no younger */
  take(line: OutputLine, modified: number): void;
  /** Told where lines may have been lost. */
  lose(detail: string): void;
  /** Told where the positions changed, though no line was taken. */
  moved(): void;
}

export interface LogFollowerOptions {
  readonly path: string;
  /** how far an earlier program has read, the oldest file first; undefined: only what is written from now on is read */
  readonly saved: readonly FilePosition[] | undefined;
  readonly reader: LogReader;
  readonly log: Logger;
  /** pause between two looks, seconds */
  readonly everySeconds?: number;
  /** a rotated file that was not written to for so long is read no more, seconds */
  readonly graceSeconds?: number;
}

export type LogState =
  /** there is no file, and none that was rotated is read */
  | { readonly kind: 'absent' }
  | { readonly kind: 'catching up' }
  | { readonly kind: 'following' }
  | { readonly kind: 'failed'; readonly error: SourceError };

/** A file that was rotated. */
interface OldTail {
  readonly tail: FileTail;
  /** since when nothing was read of it, milliseconds */
  quietSince: number;
}

/** Bytes that are read in one run. */
const mostBytes = 8 * 1024 * 1024;
/** Between two runs of a backlog, seconds: others have their turn. */
const shortPause = 0.02;

/**
 * Follows a log file, through rotation by rename and by copy: what was not read of a file is read where it is now. A program
 * may go on writing to a file that was renamed, so that it is followed for a while beside the new one.
 */
export class LogFollower {
  readonly #options: LogFollowerOptions;
  /** rotated files, the oldest first */
  #old: OldTail[] = [];
  #current: FileTail | undefined;
  /** what was saved, until the files of it are found */
  #saved: readonly FilePosition[] | undefined;
  #hasBegun = false;
  #state: LogState = { kind: 'catching up' };
  #following: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: LogFollowerOptions) {
    this.#options = options;
    this.#saved = options.saved;
  }

  get state(): LogState {
    return this.#state;
  }

  /** Whether it is known where reading begins: before that, there is nothing that could be saved. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** How far was read, the oldest file first: true together with the lines that were taken. */
  get positions(): readonly FilePosition[] {
    if (!this.#hasBegun) return this.#saved ?? [];
    const tails = this.#old.map(({ tail }) => tail);
    return [...tails, ...(this.#current === undefined ? [] : [this.#current])].map(
      ({ position }) => position,
    );
  }

  /** Begins to follow; a second time nothing happens. */
  start(): void {
    this.#following ??= this.#follow();
  }

  /** No line is taken after it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
    for (const { tail } of this.#old) await tail.close();
    await this.#current?.close();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      let isBehind = false;
      try {
        isBehind = await this.#run();
        this.#succeed(isBehind);
      } catch (error) {
        this.#fail(error);
      }
      const seconds = isBehind ? shortPause : (this.#options.everySeconds ?? 1);
      await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether there is more to read */
  async #run(): Promise<boolean> {
    if (!this.#hasBegun) await this.#begin();
    await this.#turn();
    let left = mostBytes;
    for (const { tail } of this.#old) left = await this.#read(tail, left);
    if (this.#current !== undefined) left = await this.#read(this.#current, left);
    // Whoever is told to end has not read them to their ends.
    if (left > 0 && !this.#closing.signal.aborted) await this.#finishOld();
    return left <= 0;
  }

  /** Finds the files of what was saved; without, goes to the end of what there is. */
  async #begin(): Promise<void> {
    const { path, reader } = this.#options;
    const newest = this.#saved?.at(-1);
    if (this.#saved === undefined) this.#current = await FileTail.open(path, 'end');
    else if (newest !== undefined) this.#current = await openAt(path, newest);
    if (newest !== undefined && newest.offset > 0 && this.#current === undefined)
      reader.lose(`what was read last of ${path} stands neither in it nor in a file beside it`);
    const older = this.#saved?.slice(0, -1) ?? [];
    const found = await Promise.all(older.map((position) => openAt(path, position).catch(() => undefined)));
    this.#old = found.filter((tail) => tail !== undefined).map(becomeOld);
    if (newest?.offset === 0) await this.#addCopies(newest);
    this.#hasBegun = true;
    reader.moved();
  }

  /** Of a file that was empty, nothing tells its copies: they are those that were made since. */
  async #addCopies({ modified }: FilePosition): Promise<void> {
    const open = this.#old.map(({ tail }) => tail);
    if (this.#current !== undefined) open.push(this.#current);
    // Behind the microsecond, as precise as the seconds are.
    const since = BigInt(Math.ceil(modified * 1e6)) * 1000n + 1000n;
    const copies = await filesSince(this.#options.path, { born: since, modified: since }, open);
    this.#old.push(...copies.map(becomeOld));
    if (copies.length > 0) this.#options.reader.moved();
  }

  /** Goes on to the file that has the name now, and reads before it what was rotated meanwhile. */
  async #turn(): Promise<void> {
    const { path, reader } = this.#options;
    for (const { tail } of this.#old) await tail.look();
    const before = this.#current?.position;
    if (before?.offset === 0) await this.#addCopies(before);
    const isWhole = (await this.#current?.look()) ?? true;
    if (!isWhole) await this.#findCut();
    const now = await identityOf(path);
    const current = this.#current;
    if (now === undefined || (current?.inode === now.inode && current.device === now.device)) return;
    const next = await FileTail.open(path, 0);
    if (next === undefined) return;
    const open = [...this.#old.map(({ tail }) => tail), next];
    const rotated =
      current === undefined ? [] : [current, ...(await filesSince(path, current.age, [...open, current]))];
    this.#old.push(...rotated.map(becomeOld));
    this.#current = next;
    reader.moved();
  }

  /** The file was cut, or written anew: what was not read of it may stand in a copy. */
  async #findCut(): Promise<void> {
    const { path, reader } = this.#options;
    const cut = this.#current;
    if (cut === undefined) return;
    this.#current = await openAt(path, cut.position);
    if (this.#current === undefined)
      reader.lose(`${path} was cut: lines that were written just before may not have been read`);
    reader.moved();
    await cut.close();
  }

  /** @returns what is left of the bytes that may be read */
  async #read(tail: FileTail, most: number): Promise<number> {
    let left = most;
    while (left > 0 && !this.#closing.signal.aborted) {
      const bytes = await tail.read((line) => {
        this.#options.reader.take(line, tail.modified);
      });
      if (bytes === 0) break;
      this.#options.reader.moved();
      left -= bytes;
      const old = this.#old.find((each) => each.tail === tail);
      if (old !== undefined) old.quietSince = performance.now();
    }
    return left;
  }

  /** Of rotated files only the newest may still be written to; a last line without its end is a line then. */
  async #finishOld(): Promise<void> {
    const grace = (this.#options.graceSeconds ?? 60) * 1000;
    for (const old of [...this.#old]) {
      const isNewest = old === this.#old.at(-1);
      if (isNewest && performance.now() - old.quietSince < grace) continue;
      const rest = old.tail.rest();
      if (rest !== undefined) this.#options.reader.take(rest, old.tail.modified);
      this.#old = this.#old.filter((each) => each !== old);
      this.#options.reader.moved();
      await old.tail.close();
    }
  }

  #succeed(isBehind: boolean): void {
    const { kind } = this.#state;
    if (kind === 'failed') this.#options.log.info('the log file is followed again');
    if (this.#current === undefined && this.#old.length === 0) this.#state = { kind: 'absent' };
    else if (!isBehind || kind === 'following') this.#state = { kind: 'following' };
    else this.#state = { kind: 'catching up' };
  }

  #fail(error: unknown): void {
    const failure = error instanceof SourceError ? error : new SourceError('unreadable', errorMessage(error));
    if (this.#state.kind !== 'failed')
      this.#options.log.warn({ cause: failure.message }, 'the log file is not followed');
    this.#state = { kind: 'failed', error: failure };
  }
}

function becomeOld(tail: FileTail): OldTail {
  return { tail, quietSince: performance.now() };
}

async function identityOf(path: string): Promise<{ device: bigint; inode: bigint } | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return { device: dev, inode: ino };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw new SourceError('unreadable', errorMessage(error));
  }
}
