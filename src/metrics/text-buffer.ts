/** Text that grows piece by piece, as UTF-8. One string of many thousand pieces takes three times as long to put together. */
export class TextBuffer {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  write(text: string): void {
    // No UTF-16 unit takes more than three bytes.
    const most = text.length * 3;
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** What was written so far; it shares memory with this. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + by));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
