import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './errors.js';

/** How often a group that was told to end is looked at, seconds. */
const lookEvery = 0.05;
/** How long the kernel may take to carry SIGKILL out, seconds. */
const killTakes = 2;

/** What the kernel says of a process. */
export interface ProcessStatus {
  readonly pid: number;
  readonly group: number;
  /** it has ended, and nobody has asked how */
  readonly isZombie: boolean;
}

/**
 * Ends a process group: SIGTERM to all, after the grace SIGKILL to whoever is left.
 * @param group its id, above 1: 0 and 1 would mean the caller's own group and every process there is
 * @returns false when some are left even then (in an uninterruptible wait, or not ours to end)
 */
export async function endGroup(group: number, graceSeconds: number): Promise<boolean> {
  if (!Number.isInteger(group) || group <= 1) return false;
  if (!signalGroup(group, 'SIGTERM')) return true;
  if (await isGoneWithin(group, graceSeconds)) return true;
  signalGroup(group, 'SIGKILL');
  return isGoneWithin(group, killTakes);
}

/** Every process of this machine; none where there is no /proc. */
export async function listProcesses(): Promise<ProcessStatus[]> {
  const entries = await readdir('/proc').catch(() => []);
  const found = await Promise.all(entries.filter((name) => /^\d+$/.test(name)).map(readStatus));
  return found.filter((status) => status !== undefined);
}

/** @returns false when none is left, zombies aside or not */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // A member that we may not signal is a member all the same.
    return errorCode(error) === 'EPERM';
  }
}

async function isGoneWithin(group: number, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (await isAlive(group)) {
    if (performance.now() >= deadline) return false;
    await delay(lookEvery * 1000);
  }
  return true;
}

/** A zombie answers signals too, and where process 1 asks after none of its children it does so for ever. */
async function isAlive(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) return false;
  const members = (await listProcesses()).filter((member) => member.group === group);
  return members.length === 0 || members.some(({ isZombie }) => !isZombie);
}

async function readStatus(pid: string): Promise<ProcessStatus | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // pid (name, which may hold anything) state parent group ...
    const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid: Number(pid), group: Number(group), isZombie: state === 'Z' };
  } catch {
    return undefined; // it has ended
  }
}
