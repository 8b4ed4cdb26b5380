import { setTimeout as delay } from 'node:timers/promises';
import { terminationSignal, whenAborted } from '../platform/shutdown.js';

/** Size of a terminal, characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const clearLine = '\u001b[K';
const clearBelow = '\u001b[J';

/**
 * Shows text on a screen of its own until Ctrl-C, anew every so often and when the terminal's size changes; then the
 * terminal is as it was before.
 * @param read what is shown; the newest is drawn again where only the size changed
 * @param draw text of at most as many lines as fit, none longer than one
 */
export async function showFullScreen<T>(
  read: () => Promise<T>,
  draw: (shown: T, size: TerminalSize) => string,
  everySeconds: number,
): Promise<void> {
  const terminal = process.stdout;
  const stop = new AbortController();
  // Nobody looks any more.
  terminal.once('error', () => {
    stop.abort();
  });
  void terminationSignal().then(() => {
    stop.abort();
  });
  let shown: { readonly value: T } | undefined;
  const redraw = (): void => {
    if (shown === undefined || stop.signal.aborted) return;
    const text = draw(shown.value, { columns: terminal.columns || 80, rows: terminal.rows || 24 });
    // Line over line: clearing all of it first would flicker.
    terminal.write(`${home}${text.replaceAll('\n', `${clearLine}\n`)}${clearLine}${clearBelow}`);
  };
  terminal.write(enter);
  terminal.on('resize', redraw);
  try {
    while (!stop.signal.aborted) {
      // A question under way must not hold up whoever wants to leave.
      const answer = await Promise.race([read().then((value) => ({ value })), whenAborted(stop.signal)]);
      if (answer === 'aborted') break;
      shown = answer;
      redraw();
      await delay(everySeconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    terminal.off('resize', redraw);
    terminal.write(leave);
  }
}
