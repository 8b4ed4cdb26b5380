/** What can be wrong with what the trading system wrote: reasons under which the collectors count errors. */
export const flawReasons = [
  'malformed_json',
  'missing_field',
  'oversized',
  'future_timestamp',
  'unknown_action',
  'invalid_confidence',
  'invalid_value',
] as const;
export type FlawReason = (typeof flawReasons)[number];

/** What is wrong with one value, or with several of a list: each reason once, with what it was first found in. */
export class Flaws {
  readonly #found = new Map<FlawReason, { readonly detail: string; count: number }>();

  note(reason: FlawReason, detail: string): void {
    const known = this.#found.get(reason);
    if (known === undefined) this.#found.set(reason, { detail, count: 1 });
    else known.count += 1;
  }

  get reasons(): readonly FlawReason[] {
    return [...this.#found.keys()];
  }

  *[Symbol.iterator](): Generator<{ readonly reason: FlawReason; readonly detail: string }> {
    for (const [reason, { detail, count }] of this.#found) {
      yield { reason, detail: count === 1 ? detail : `${detail} (and ${count - 1} more like it)` };
    }
  }
}
