/** A line of a program's output, without its end. */
export interface OutputLine {
  /** the line; of one that is too long its first part */
  readonly text: string;
  /** the last part of a line that is too long; undefined: it is whole */
  readonly end: string | undefined;
}

const newline = 0x0a;

/** Splits bytes into lines, however they were cut into pieces. Of a line that is too long the middle is dropped. */
export class LineSplitter {
  readonly #longest: number;
  readonly #kept: number;
  #pieces: Buffer[] = [];
  #size = 0;
  /** the newest bytes of a line that is too long already */
  #end: Buffer | undefined;

  /**
   * @param longest bytes of a line that is given as a whole
   * @param kept bytes that are given of the end of one that is longer
   */
  constructor(longest: number, kept: number) {
    this.#longest = longest;
    this.#kept = kept;
  }

  /** The lines that end within these bytes. What follows the last waits for more. */
  *lines(bytes: Buffer): Generator<OutputLine> {
    let from = 0;
    for (let to = bytes.indexOf(newline); to !== -1; to = bytes.indexOf(newline, from)) {
      this.#add(bytes.subarray(from, to));
      from = to + 1;
      yield this.#take();
    }
    if (from < bytes.length) this.#add(bytes.subarray(from));
  }

  /** What came behind the last newline, as a line; undefined: nothing did. */
  rest(): OutputLine | undefined {
    return this.#size === 0 && this.#end === undefined ? undefined : this.#take();
  }

  #add(piece: Buffer): void {
    if (this.#end !== undefined) {
      const end = Buffer.concat([this.#end, piece]);
      this.#end = Buffer.from(end.subarray(Math.max(0, end.length - this.#kept)));
    } else if (this.#size + piece.length <= this.#longest) {
      this.#pieces.push(piece);
      this.#size += piece.length;
    } else {
      const all = Buffer.concat([...this.#pieces, piece]);
      this.#pieces = [Buffer.from(all.subarray(0, this.#longest))];
      this.#end = Buffer.from(all.subarray(Math.max(this.#longest, all.length - this.#kept)));
    }
  }

  #take(): OutputLine {
    const [only] = this.#pieces;
    const whole = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    const line = { text: whole.toString('utf8'), end: this.#end?.toString('utf8') };
    this.#pieces = [];
    this.#size = 0;
    this.#end = undefined;
    return line;
  }
}
