import { access, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that are known to exist; as many rollbacks as the ledger keeps in memory. */
const mostKnown = 200;
/** Bytes of a file that are shown; people add to them. */
const longest = 512 * 1024;

/** The incident files, by the ids of their rollbacks. */
export class IncidentFiles {
  readonly #folder: string;
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns null where there is no such file */
  async pathOf(id: string): Promise<string | null> {
    const path = join(this.#folder, `${id}.md`);
    if (this.#known.has(path)) return path;
    try {
      await access(path);
    } catch {
      return null;
    }
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.add(path);
    return path;
  }

  /** The text of a file, of a very long one its beginning. @returns undefined where it cannot be read */
  async read(id: string): Promise<string | undefined> {
    try {
      const file = await open(join(this.#folder, `${id}.md`), 'r');
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(longest), 0, longest, 0);
        const text = buffer.toString('utf8', 0, bytesRead);
        return bytesRead < longest ? text : `${text}\n\nShortened here.\n`;
      } finally {
        await file.close();
      }
    } catch {
      return undefined;
    }
  }
}
