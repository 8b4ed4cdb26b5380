import { readdir, readFile } from 'node:fs/promises';
import { poll } from '../platform/poll.js';
import { endGroup } from '../platform/process-group.js';

/** Between SIGTERM and SIGKILL, seconds. */
const graceSeconds = 5;

interface LeftProcess {
  readonly pid: number;
  readonly group: number;
}

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

async function findProcesses(rollback: string): Promise<LeftProcess[]> {
  const entries = await readdir('/proc');
  const found = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => inspect(name, rollback)),
  );
  return found.filter((process) => process !== undefined);
}

async function inspect(pid: string, rollback: string): Promise<LeftProcess | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    if (!environment.split('\0').includes(`ROLLBACK_ID=${rollback}`)) return undefined;
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // pid (name, which may hold anything) state parent group ...
    const group = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]);
    return { pid: Number(pid), group };
  } catch {
    return undefined; // it has ended, or is not ours to look at
  }
}
