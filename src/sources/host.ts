import { statfs } from 'node:fs/promises';
import { loadavg, uptime } from 'node:os';
import { dirname } from 'node:path';
import { currentLoad, mem } from 'systeminformation';
import { unixNow } from '../platform/clock.js';
import { errorCode, errorMessage } from '../platform/errors.js';
import { SourceError } from './source-error.js';

/** How often the machine is looked at, seconds. */
const interval = 10;
/** After so long without an answer the last one no longer counts, seconds. */
const stale = 3 * interval;

/** The machine. Sizes in bytes, shares 0-1. */
export interface HostState {
  readonly cpuUsage: number;
  readonly memoryTotal: number;
  readonly memoryAvailable: number;
  /** over 1, 5 and 15 minutes */
  readonly load: readonly number[];
  readonly disk: { readonly size: number; readonly available: number; readonly usage: number };
  /** Unix seconds */
  readonly boot: number;
}

/** Looks at the machine in the background, since that takes longer than a scrape should. */
export class HostSource {
  readonly #folder: string;
  #timer: NodeJS.Timeout | undefined;
  #last: { readonly state: HostState | SourceError; readonly at: number } | undefined;
  #began = performance.now();
  #isClosed = false;

  /** @param folder on the file system that is looked at; it need not exist yet */
  constructor(folder: string) {
    this.#folder = folder;
    void this.#refresh();
  }

  /**
   * @returns the last look; undefined while the first one is under way
   * @throws SourceError when the last look failed, or the next one hangs
   */
  latest(): HostState | undefined {
    const since = this.#last?.at ?? this.#began;
    if (performance.now() - since > stale * 1000) {
      throw new SourceError('timeout', `the machine has not answered for ${stale} s`);
    }
    if (this.#last?.state instanceof SourceError) throw this.#last.state;
    return this.#last?.state;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    const state = await look(this.#folder).catch(
      (error: unknown) => new SourceError('unreadable', errorMessage(error)),
    );
    this.#last = { state, at: performance.now() };
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#refresh(), interval * 1000);
  }
}

async function look(folder: string): Promise<HostState> {
  const [{ currentLoad: cpuPercent }, memory, disk] = await Promise.all([
    currentLoad(),
    mem(),
    lookAtDisk(folder),
  ]);
  return {
    cpuUsage: cpuPercent / 100,
    memoryTotal: memory.total,
    memoryAvailable: memory.available,
    load: loadavg(),
    disk,
    boot: Math.round(unixNow() - uptime()),
  };
}

/** Usage as df says it: of what is not reserved for root. */
async function lookAtDisk(folder: string): Promise<HostState['disk']> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(folder);
    const used = blocks - bfree;
    return { size: blocks * bsize, available: bavail * bsize, usage: used / Math.max(1, used + bavail) };
  } catch (error) {
    const parent = dirname(folder);
    if (errorCode(error) !== 'ENOENT' || parent === folder) throw error;
    return lookAtDisk(parent);
  }
}
