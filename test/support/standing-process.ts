import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** A process that stands for a program of the trading system; it ends with the test. @returns its id */
export function startStandingProcess(pidFile: string): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  if (child.pid === undefined) throw new Error('no process was started');
  writeFileSync(pidFile, String(child.pid));
  return child.pid;
}
