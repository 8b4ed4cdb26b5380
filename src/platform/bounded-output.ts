/** Keeps the first and the last part of what a program says, however much that is. */
export class BoundedOutput {
  readonly #limit: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #dropped = 0;

  /** @param limit bytes kept of the beginning, and as many of the end */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Buffer): void {
    const forHead = bytes.subarray(0, this.#limit - this.#headBytes);
    if (forHead.length > 0) {
      this.#head.push(Buffer.from(forHead));
      this.#headBytes += forHead.length;
    }
    const rest = bytes.subarray(forHead.length);
    if (rest.length === 0) return;
    this.#tail.push(Buffer.from(rest));
    this.#tailBytes += rest.length;
    // Cut at twice the limit, not at every piece: a program that says single bytes costs no more than others.
    if (this.#tailBytes > 2 * this.#limit) this.#cutTail();
  }

  get truncated(): boolean {
    return this.#dropped > 0 || this.#tailBytes > this.#limit;
  }

  /** What was kept, as text; the gap is named. */
  text(): string {
    if (this.#tailBytes > this.#limit) this.#cutTail();
    const gap = this.#dropped > 0 ? `\n[... ${this.#dropped} bytes left out ...]\n` : '';
    const parts = [Buffer.concat(this.#head), Buffer.from(gap), ...this.#tail];
    return Buffer.concat(parts).toString('utf8');
  }

  #cutTail(): void {
    const all = Buffer.concat(this.#tail);
    const kept = Buffer.from(all.subarray(all.length - this.#limit));
    this.#dropped += all.length - kept.length;
    this.#tail = [kept];
    this.#tailBytes = kept.length;
  }
}
