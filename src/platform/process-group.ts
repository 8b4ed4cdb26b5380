import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './errors.js';

/** How often a group that was told to end is looked at, seconds. */
const lookEvery = 0.05;

/** Sends a signal to every process of a group. @returns false when none is left */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // A member that we may not signal is a member all the same.
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Ends a process group: SIGTERM to all, after the grace SIGKILL to whoever is left.
 * @returns false when some are left even then (in an uninterruptible wait, or not ours to end)
 */
export async function endGroup(group: number, graceSeconds: number): Promise<boolean> {
  if (!signalGroup(group, 'SIGTERM')) return true;
  if (await isGoneWithin(group, graceSeconds)) return true;
  signalGroup(group, 'SIGKILL');
  return isGoneWithin(group, 2);
}

async function isGoneWithin(group: number, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (signalGroup(group, 0)) {
    if (performance.now() >= deadline) return false;
    await delay(lookEvery * 1000);
  }
  return true;
}
