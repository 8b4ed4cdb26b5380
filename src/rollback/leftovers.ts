import { readFile } from 'node:fs/promises';
import { poll } from '../platform/poll.js';
import { endGroup, listProcesses, type ProcessStatus } from '../platform/process-group.js';

/** Between SIGTERM and SIGKILL, seconds. */
const graceSeconds = 5;

/**
 * Waits for scripts of a rollback that outlived the program which started them. They are known by the id in their
 * environment, so that no other process can be taken for one.
 * @param timeoutSeconds longest wait
 */
export async function waitForScripts(rollback: string, timeoutSeconds: number): Promise<void> {
  await poll(
    async () => {
      const left = await findProcesses(rollback);
      // What a script left running in its group (a daemon) is no script any more.
      return left.some(({ pid, group }) => pid === group) ? undefined : true;
    },
    timeoutSeconds,
    0.2,
  );
}

/** Ends whatever a rollback's scripts have left running, before they are run again. */
export async function endLeftovers(rollback: string): Promise<void> {
  const groups = new Set((await findProcesses(rollback)).map(({ group }) => group));
  await Promise.all([...groups].map((group) => endGroup(group, graceSeconds)));
}

async function findProcesses(rollback: string): Promise<ProcessStatus[]> {
  const living = (await listProcesses()).filter(({ isZombie }) => !isZombie);
  const ours = await Promise.all(living.map(({ pid }) => belongsTo(pid, rollback)));
  return living.filter((_, index) => ours[index]);
}

async function belongsTo(pid: number, rollback: string): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    return environment.split('\0').includes(`ROLLBACK_ID=${rollback}`);
  } catch {
    return false; // it has ended, or is not ours to look at
  }
}
