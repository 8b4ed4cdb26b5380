import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { redlineProgram } from './components.js';

export interface CommandRun {
  /** of Redline's command line */
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** ends the command */
  readonly interrupted: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Runs one of Redline's own commands and passes on what it says.
 * @returns its exit code; null: a signal ended it, or it could not be started
 */
export async function runCommand({
  args,
  environment,
  interrupted,
  onLine,
}: CommandRun): Promise<number | null> {
  const child = spawn(process.execPath, [redlineProgram, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: interrupted,
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => {
      resolve(null);
    });
    child.once('close', resolve);
  });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  return ended;
}
