import { open, stat } from 'node:fs/promises';

/**
 * The last lines of a text file, read from its end: what a large file costs does not depend on its size.
 * @param lines how many at most
 * @param bytes how much is read at most; a line that begins before is left out
 * @throws the Node system error of a file that cannot be read; Error where it is no regular file (a pipe would be waited for)
 */
export async function readTail(path: string, lines: number, bytes: number): Promise<string> {
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no regular file`);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    const whole = start === 0 ? text : text.slice(text.indexOf('\n') + 1);
    return whole
      .split('\n')
      .slice(-lines - 1)
      .join('\n');
  } finally {
    await file.close();
  }
}
