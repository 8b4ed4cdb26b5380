import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

const newline = 0x0a;
/** Small, so that the lines of a piece are garbage before the collector takes them for lasting: a third of the time is saved. */
const readSize = 128 * 1024;

/**
 * Reads a file of lines a piece at a time, so that memory does not grow with the file, and hands over what has its newline.
 * A line that is no UTF-8 comes byte by byte (as Latin-1): it must not be taken for the text that it resembles.
 * @param onLines takes the lines of a piece, in order and without their newlines; the next piece waits for it
 * @param start where a line begins, bytes; what stands before it is not read
 * @returns where the last whole line ends, bytes from the beginning of the file; and bytes of what follows it
 * @throws the Node system error when the file cannot be read; whatever `onLines` throws
 */
export async function readWholeLines(
  file: FileHandle,
  onLines: (lines: readonly string[]) => Promise<void> | void,
  start = 0,
): Promise<{ whole: number; rest: number }> {
  // One buffer for the whole file: a fresh one for each piece costs more than all else that is done with it.
  let buffer = Buffer.allocUnsafe(readSize);
  let kept = 0;
  for (let position = start; ;) {
    if (kept === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
    const { bytesRead } = await file.read(buffer, kept, buffer.length - kept, position);
    if (bytesRead === 0) return { whole: position - kept, rest: kept };
    position += bytesRead;
    const filled = kept + bytesRead;
    const { lines, end } = cutLines(buffer.subarray(0, filled), kept);
    if (lines.length > 0) await onLines(lines);
    buffer.copyWithin(0, end, filled);
    kept = filled - end;
  }
}

/** @param from before it there is no newline */
function cutLines(bytes: Buffer, from: number): { lines: string[]; end: number } {
  const lines: string[] = [];
  let start = 0;
  const isText = isUtf8(bytes.subarray(0, bytes.lastIndexOf(newline) + 1));
  for (let end = bytes.indexOf(newline, from); end !== -1; end = bytes.indexOf(newline, start)) {
    const encoding = isText || isUtf8(bytes.subarray(start, end)) ? 'utf8' : 'latin1';
    lines.push(bytes.toString(encoding, start, end));
    start = end + 1;
  }
  return { lines, end: start };
}
