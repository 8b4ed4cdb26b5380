import type { FileHandle } from 'node:fs/promises';

const pageSize = 32;

/** What goes wrong with the next calls; false where all goes well. */
export interface Faults {
  /** takes a part of a write, then no more */
  write: boolean;
  /** writes some of the changed pages, forgets that it has not written the others, and says so once */
  sync: boolean;
  truncate: boolean;
}

/**
 * One file on a disk that can be made to fail and to lose its power, with the memory of the kernel before it. It does what
 * Linux does: a page that could not be written is not tried again, and reads as if it had been.
 */
export class UnsafeDisk {
  readonly faults: Faults = { write: false, sync: false, truncate: false };
  /** of the changed pages, so many reach the disk in a failing sync or before the power goes, the first ones first */
  luck = 0;
  #memory = Buffer.alloc(0);
  #disk = Buffer.alloc(0);
  readonly #changed = new Set<number>();

  /** The power goes and comes back. */
  losePower(): void {
    this.#writeBack(this.luck);
    this.#memory = Buffer.from(this.#disk);
    this.#changed.clear();
  }

  /** Opens the file, as far as the log uses it. */
  open(): FileHandle {
    const handle = {
      stat: () => Promise.resolve({ size: this.#memory.length }),
      close: () => Promise.resolve(),
      sync: () => Promise.resolve(),
      read: (target: Buffer, offset: number, length: number, position: number) =>
        Promise.resolve({ bytesRead: this.#memory.copy(target, offset, position, position + length) }),
      write: (source: Buffer, offset: number, length: number, position: number) =>
        this.#call(() => ({ bytesWritten: this.#write(source, offset, length, position) })),
      truncate: (size: number) =>
        this.#call(() => {
          if (this.faults.truncate) throw failure('EIO');
          this.#resize(size);
        }),
      datasync: () =>
        this.#call(() => {
          this.#sync();
        }),
    };
    // A handle has many more methods; the log uses these.
    return handle as unknown as FileHandle;
  }

  async #call<T>(act: () => T): Promise<T> {
    await Promise.resolve();
    return act();
  }

  #write(source: Buffer, offset: number, length: number, position: number): number {
    const count = this.faults.write ? Math.floor(length / 2) : length;
    if (count === 0) throw failure('ENOSPC');
    if (this.#memory.length < position + count) this.#resize(position + count);
    source.copy(this.#memory, position, offset, offset + count);
    for (let page = Math.floor(position / pageSize); page * pageSize < position + count; page += 1)
      this.#changed.add(page);
    return count;
  }

  #resize(size: number): void {
    const resized = Buffer.alloc(size);
    this.#memory.copy(resized);
    this.#memory = resized;
  }

  #sync(): void {
    const failed = this.faults.sync;
    this.#writeBack(failed ? this.luck : Infinity);
    this.#changed.clear();
    if (failed) throw failure('EIO');
  }

  /** The length reaches the disk with the pages, as with ordered data. */
  #writeBack(pages: number): void {
    const wanted = [...this.#changed].filter((page) => page * pageSize < this.#memory.length);
    const written = wanted.toSorted((a, b) => a - b).slice(0, pages);
    const isAll = written.length === wanted.length;
    const end = Math.max(0, ...written.map((page) => (page + 1) * pageSize));
    const size = isAll
      ? this.#memory.length
      : Math.min(this.#memory.length, Math.max(this.#disk.length, end));
    const disk = Buffer.alloc(size);
    this.#disk.copy(disk);
    for (const page of written)
      this.#memory.copy(disk, page * pageSize, page * pageSize, (page + 1) * pageSize);
    this.#disk = disk;
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
