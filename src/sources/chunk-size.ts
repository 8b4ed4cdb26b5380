/** What one chunk may hold, characters, if its entries are as large as the largest of the one before. */
const targetSize = 2 * 1024 * 1024;

const mostEntries = 256;
const firstEntries = 4;

/**
 * How many entries to ask for at once: many while they are small, one while they are huge, growing carefully, so that
 * memory stays bounded whatever is written to the stream.
 */
export class ChunkSize {
  #count = firstEntries;

  get count(): number {
    return this.#count;
  }

  /** Learns from the entries that were just read. */
  learn(entries: readonly { readonly size: number }[]): void {
    if (entries.length === 0) return;
    const largest = entries.reduce((most, { size }) => Math.max(most, size), 1);
    const fitting = Math.floor(targetSize / largest);
    this.#count = Math.max(1, Math.min(fitting, this.#count * 4, mostEntries));
  }
}
