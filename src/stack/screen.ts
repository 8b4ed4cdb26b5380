import { coloursFor, type Colours } from '../platform/colours.js';
import type { TimelineEvent } from './timeline.js';

/** What a screen writes to. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const clearLine = '\r\u001b[K';

/**
 * Lines that stay, and on a terminal one line below them that is rewritten in place. Without a terminal plain lines only.
 */
export class Screen {
  readonly #terminal: Terminal;
  readonly #colours: Colours;
  #status = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#colours = coloursFor(terminal);
  }

  line(text = ''): void {
    this.#terminal.write(this.#isLive ? `${clearLine}${text}\n${this.#status}` : `${text}\n`);
  }

  /** Sets the line at the bottom; nothing without a terminal. */
  status(text: string): void {
    if (!this.#isLive) return;
    const { columns = 0 } = this.#terminal;
    const painted = this.#colours.dim(text.slice(0, (columns > 0 ? columns : 80) - 1));
    if (painted === this.#status) return;
    this.#status = painted;
    this.#terminal.write(clearLine + this.#status);
  }

  event({ at, sinceInjection, mood, text }: TimelineEvent): void {
    const since = sinceInjection === undefined ? '' : `+${sinceInjection.toFixed(1)} s`;
    const painted =
      mood === 'good' ? this.#colours.green(text) : mood === 'bad' ? this.#colours.red(text) : text;
    this.line(`${this.#colours.dim(localTime(at))}  ${since.padStart(8)}  ${painted}`);
  }

  /** Takes the line at the bottom away. */
  close(): void {
    if (this.#isLive && this.#status !== '') this.#terminal.write(clearLine);
    this.#status = '';
  }

  get #isLive(): boolean {
    return this.#terminal.isTTY === true;
  }
}

/** `12:00:01.2` */
function localTime(at: number): string {
  const time = new Date(at * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const tenths = Math.floor(time.getMilliseconds() / 100);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${tenths}`;
}
