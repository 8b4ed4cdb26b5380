import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import { createFolder, heirOf } from '../platform/owner.js';
import { mapStaggered } from '../platform/staggered.js';
import type { Diagnostic } from '../reports/incident.js';
import type { DiagnosticSource } from './diagnostic-sources.js';

/** Who may read them: they hold the trading system's words. */
const fileMode = 0o640;
const folderMode = 0o750;
/** Longest time any source may take, seconds: a hung file system keeps nobody waiting. */
const longestWait = 20;

/**
 * Creates the folder of the incident files. What is written into it by root belongs to the folder's owner: the receiver,
 * which creates it at its start, may run as a user of its own.
 * @throws the Node system error where it cannot be created
 */
export async function createIncidentFolder(folder: string): Promise<void> {
  await createFolder(folder, folderMode);
}

/**
 * Writes a file of an incident into a folder that exists.
 * @throws the Node system error where it cannot be written
 */
export async function writeIncidentFile(path: string, content: string): Promise<void> {
  await writeFileAtomically(path, content, fileMode, await heirOf(dirname(path)));
}

/**
 * Writes every source into a file of its own, side by side. What cannot be had leaves a file that says why.
 * @param folder is created, as is the one of the incident files above it
 * @throws the Node system error where the folder cannot be written
 */
export async function gatherDiagnostics(
  sources: readonly DiagnosticSource[],
  folder: string,
): Promise<Diagnostic[]> {
  await createIncidentFolder(dirname(folder));
  await createFolder(folder, folderMode);
  return mapStaggered(sources, async ({ file, what, read }) => {
    const { content, problem } = await attempt(read);
    await writeIncidentFile(join(folder, file), content);
    return { file, what, problem };
  });
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
