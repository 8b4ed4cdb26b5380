import { readFile } from 'node:fs/promises';
import { endGroup, listProcesses, type ProcessStatus } from './process-group.js';

/** A process may start another while it is ended: so often what is left is looked for again. */
const rounds = 3;

/**
 * The living processes that carry an entry in the environment they were started with. What a program starts inherits it,
 * also where that leaves the process group, forks twice or starts a session of its own. Processes of other users cannot
 * be looked into, unless by root.
 * @param entry as in the environment, `NAME=value`
 */
export async function findMarked(entry: string): Promise<ProcessStatus[]> {
  const living = (await listProcesses()).filter(({ isZombie }) => !isZombie);
  const marked = await Promise.all(living.map(({ pid }) => carries(pid, entry)));
  return living.filter((_, index) => marked[index]);
}

/**
 * Ends the processes that carry the entry and the groups they are in: SIGTERM, after the grace SIGKILL.
 * @param group one more to end with them; left out: none
 * @returns false when some are left even then
 */
export async function endMarked(entry: string, graceSeconds: number, group?: number): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    const groups = new Set((await findMarked(entry)).map((found) => found.group));
    if (round === 0 && group !== undefined) groups.add(group);
    if (groups.size === 0) return true;
    await Promise.all([...groups].map((each) => endGroup(each, graceSeconds)));
  }
  return (await findMarked(entry)).length === 0;
}

async function carries(pid: number, entry: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').includes(entry);
  } catch {
    return false; // it has ended, or is not ours to look at
  }
}
