/** Parses the entries of a list that mostly stays as it is: each once, as long as it is there. */
export class ParsedEntries<T> {
  readonly #parse: (entry: string) => T;
  #parsed: ReadonlyMap<string, T> = new Map();

  /** @param parse says the same of the same text at any time */
  constructor(parse: (entry: string) => T) {
    this.#parse = parse;
  }

  /** What the entries say, in their order; what is there no more is forgotten. */
  read(entries: readonly string[]): readonly T[] {
    const parsed = new Map<string, T>();
    const values = entries.map((entry) => {
      const value = parsed.get(entry) ?? this.#parsed.get(entry) ?? this.#parse(entry);
      parsed.set(entry, value);
      return value;
    });
    this.#parsed = parsed;
    return values;
  }
}
