interface Known<T> {
  readonly value: T;
  /** the read in which the entry was there last */
  read: number;
}

/** Parses the entries of a list that mostly stays as it is: each once, as long as it is there. */
export class ParsedEntries<T> {
  readonly #parse: (entry: string) => T;
  readonly #known = new Map<string, Known<T>>();
  #reads = 0;

  /** @param parse says the same of the same text at any time */
  constructor(parse: (entry: string) => T) {
    this.#parse = parse;
  }

  /** What the entries say, in their order; what is there no more is forgotten. */
  read(entries: readonly string[]): readonly T[] {
    this.#reads += 1;
    const values = entries.map((entry) => this.#valueOf(entry));
    for (const [entry, { read }] of this.#known) if (read !== this.#reads) this.#known.delete(entry);
    return values;
  }

  #valueOf(entry: string): T {
    const known = this.#known.get(entry) ?? { value: this.#parse(entry), read: 0 };
    if (known.read === 0) this.#known.set(entry, known);
    known.read = this.#reads;
    return known.value;
  }
}
