import { setTimeout as delay } from 'node:timers/promises';
import { coloursFor } from '../platform/colours.js';
import { formatDuration } from '../platform/duration.js';
import { terminationSignal } from '../platform/shutdown.js';
import { paintFor, type Paint } from '../reports/paint.js';

/** Writes a command's answer: text with a newline at its end. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Writes an answer for a script. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Writes to the person beside the answer. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Colours for standard output. */
export function outputPaint(): Paint {
  return paintFor(coloursFor(process.stdout));
}

/**
 * Tells the person on standard error what is waited for: on a terminal one line that counts the seconds, elsewhere one
 * line for each new thing.
 */
export class Progress {
  readonly #started = performance.now();
  #stage = '';

  /** Says what is waited for now; may be called as often as one likes. */
  waitingFor(stage: string): void {
    const elapsed = formatDuration(Math.floor((performance.now() - this.#started) / 1000));
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K  waiting for ${stage} (${elapsed})`);
    else if (stage !== this.#stage) note(`  waiting for ${stage}`);
    this.#stage = stage;
  }

  /** Clears the line. */
  done(): void {
    if (process.stderr.isTTY && this.#stage !== '') process.stderr.write('\r\u001b[K');
    this.#stage = '';
  }
}

/** Draws again and again until Ctrl-C; on a terminal each time from the top. */
export async function redraw(draw: () => Promise<unknown>, everySeconds: number): Promise<void> {
  const stop = new AbortController();
  // Nobody reads any more.
  process.stdout.once('error', () => {
    stop.abort();
  });
  const stopped = terminationSignal().then(() => {
    stop.abort();
  });
  while (!stop.signal.aborted) {
    if (process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J');
    await draw();
    await Promise.race([
      delay(everySeconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined),
      stopped,
    ]);
  }
}
