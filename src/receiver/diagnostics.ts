import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import type { Diagnostic } from '../reports/incident.js';
import type { DiagnosticSource } from './diagnostic-sources.js';

/** Who may read them: they hold the trading system's words. */
export const incidentFileMode = 0o640;
const folderMode = 0o750;
/** Longest time any source may take, seconds: a hung file system keeps nobody waiting. */
const longestWait = 20;

/**
 * Writes every source into a file of its own, side by side. What cannot be had leaves a file that says why.
 * @param folder is created
 * @throws the Node system error where the folder cannot be written
 */
export async function gatherDiagnostics(
  sources: readonly DiagnosticSource[],
  folder: string,
): Promise<Diagnostic[]> {
  await mkdir(folder, { recursive: true, mode: folderMode });
  return Promise.all(
    sources.map(async ({ file, what, read }) => {
      const { content, problem } = await attempt(read);
      await writeFileAtomically(join(folder, file), content, incidentFileMode);
      return { file, what, problem };
    }),
  );
}

async function attempt(
  read: DiagnosticSource['read'],
): Promise<{ content: string; problem: string | undefined }> {
  const timer = new AbortController();
  const timeUp = delay(longestWait * 1000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`it took longer than ${longestWait} s`);
  });
  try {
    return { content: await Promise.race([read(), timeUp]), problem: undefined };
  } catch (error) {
    const problem = errorMessage(error);
    return { content: `Not to be had: ${problem}\n`, problem };
  } finally {
    timeUp.catch(() => undefined);
    timer.abort();
  }
}
