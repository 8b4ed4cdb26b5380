import { endMarked, findMarked } from '../platform/marked-processes.js';
import { poll } from '../platform/poll.js';

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
      const left = await findMarked(mark(rollback));
      // What a script left running in its group (a daemon) is no script any more.
      return left.some(({ pid, group }) => pid === group) ? undefined : true;
    },
    timeoutSeconds,
    0.2,
  );
}

/** Ends whatever a rollback's scripts have left running, before they are run again. */
export async function endLeftovers(rollback: string): Promise<void> {
  await endMarked(mark(rollback), graceSeconds);
}

function mark(rollback: string): string {
  return `ROLLBACK_ID=${rollback}`;
}
