import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { runJournalctl, SeekError } from './journal-process.js';
import type { OutputLine } from './line-splitter.js';
import { SourceError } from './source-error.js';

/** Where reading begins: at the entry of this cursor, or where that is gone at the next; or at this time, Unix seconds. */
export type JournalStart = { readonly cursor: string } | { readonly since: number };

/** Who follows the journal: knows how far it was read, and takes its lines. */
export interface JournalReader {
  /** Where the next run begins. @param isFollowing false: it ends at the end of the journal */
  begin(isFollowing: boolean): JournalStart;
  take(line: OutputLine): void;
  /** Told when the journal cannot be read from the cursor that `begin` gave. */
  loseCursor(): void;
  /** Told of what journalctl says beside the lines, though it goes on. */
  complain(text: string): void;
}

export interface JournalFollowerOptions {
  readonly program: string;
  /** the journal's folder; empty: this machine's own */
  readonly directory: string;
  /** full names */
  readonly units: readonly string[];
  /** fields of the lines, beside those that journalctl always gives */
  readonly fields: readonly string[];
  readonly reader: JournalReader;
  readonly log: Logger;
  /** a run that follows is ended after this time and the next begins where it was */
  readonly renewSeconds?: number;
  /** longest time without a line that a run to the end may take */
  readonly patienceSeconds?: number;
}

export type JournalState =
  | { readonly kind: 'catching up' }
  | { readonly kind: 'following' }
  | { readonly kind: 'failed'; readonly error: SourceError };

const firstBackOffSeconds = 1;
const longestBackOffSeconds = 30;
/** A run that was followed for so long has not failed to begin. */
const stableSeconds = 30;

/**
 * Follows the journal of some units: to its end first, then as it grows. A run that fails is begun anew where it was, with
 * growing pauses while that fails; and so is, from time to time, one that does not: a journalctl that has lost the
 * journal's files says nothing.
 */
export class JournalFollower {
  readonly #options: JournalFollowerOptions;
  #state: JournalState = { kind: 'catching up' };
  #following: Promise<void> | undefined;
  /** ends the run, or the pause between two, that is under way */
  #current = new AbortController();
  #isClosed = false;
  #failures = 0;

  constructor(options: JournalFollowerOptions) {
    this.#options = options;
  }

  get state(): JournalState {
    return this.#state;
  }

  /** Begins to follow; a second time nothing happens. */
  start(): void {
    this.#following ??= this.#follow();
  }

  /** Ends journalctl. No line is taken after it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#current.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      const began = performance.now();
      try {
        await this.#runToEnd();
        await this.#runOn();
        this.#failures = 0;
      } catch (error) {
        if (performance.now() - began > stableSeconds * 1000) this.#failures = 0;
        this.#fail(error);
        await this.#pause();
      }
    }
  }

  async #runToEnd(): Promise<void> {
    const patience = this.#options.patienceSeconds ?? 60;
    const isWhole = await this.#run({ isFollowing: false, seconds: patience });
    if (!isWhole)
      throw new SourceError('timeout', `journalctl gave no line for ${patience} s and did not end`);
    if (this.#state.kind === 'failed') this.#options.log.info('the journal is followed again');
    this.#state = { kind: 'following' };
  }

  async #runOn(): Promise<void> {
    const isOver = await this.#run({ isFollowing: true, seconds: this.#options.renewSeconds ?? 60 });
    if (isOver) throw new SourceError('unreachable', 'journalctl ended by itself');
  }

  /**
   * @param seconds after which the run is ended: where it follows after its beginning, else after its last line
   * @returns false where it was ended so
   */
  async #run({ isFollowing, seconds }: { isFollowing: boolean; seconds: number }): Promise<boolean> {
    if (this.#isClosed) return !isFollowing;
    const { program, reader } = this.#options;
    const run = new AbortController();
    this.#current = run;
    const timer = setTimeout(() => {
      run.abort();
    }, seconds * 1000);
    try {
      const { complaint } = await runJournalctl({
        program,
        args: [...this.#arguments(reader.begin(isFollowing)), ...(isFollowing ? ['-f', '--no-tail'] : [])],
        take: (line) => {
          reader.take(line);
          if (!isFollowing) timer.refresh();
        },
        signal: run.signal,
      });
      if (complaint !== '') reader.complain(complaint);
    } catch (error) {
      if (error instanceof SeekError) reader.loseCursor();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return this.#endedWell(isFollowing, run);
  }

  /** A run that is ended because all is ended is in order. */
  #endedWell(isFollowing: boolean, run: AbortController): boolean {
    return this.#isClosed ? !isFollowing : !run.signal.aborted;
  }

  #arguments(start: JournalStart): string[] {
    const { directory, units, fields } = this.#options;
    return [
      ...(directory === '' ? [] : ['-D', directory]),
      ...['-o', 'json', '--all', '--no-pager', `--output-fields=${fields.join(',')}`],
      ...units.flatMap((unit) => ['-u', unit]),
      // Not --after-cursor, which skips an entry unseen where that of the cursor is gone.
      'cursor' in start ? `--cursor=${start.cursor}` : `--since=@${Math.floor(start.since)}`,
    ];
  }

  async #pause(): Promise<void> {
    if (this.#isClosed) return;
    const seconds = Math.min(longestBackOffSeconds, firstBackOffSeconds * 2 ** (this.#failures - 1));
    this.#current = new AbortController();
    await delay(seconds * 1000, undefined, { signal: this.#current.signal }).catch(() => undefined);
  }

  #fail(error: unknown): void {
    const failure =
      error instanceof SourceError ? error : new SourceError('invalid_value', errorMessage(error));
    if (this.#failures === 0)
      this.#options.log.warn({ cause: failure.message }, 'the journal is not followed');
    this.#failures += 1;
    this.#state = { kind: 'failed', error: failure };
  }
}
