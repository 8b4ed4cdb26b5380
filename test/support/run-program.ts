import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/platform/package-root.js';

const redline = join(packageRoot, 'bin', 'redline.mjs');

/** How a program ended. */
export interface ProgramOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, without the settings of whoever runs the tests.
 * @param program Redline's command line where left out
 * @param onStdout is given what it has said so far, each time it says more
 */
export function runProgram(
  args: readonly string[],
  program?: string,
  environment: NodeJS.ProcessEnv = {},
  onStdout: (said: string) => void = () => undefined,
): Promise<ProgramOutcome> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('REDLINE_'));
  const [command, all] = program === undefined ? [process.execPath, [redline, ...args]] : [program, args];
  const child = spawn(command, all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(kept), ...environment },
  });
  const outcome = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    outcome.stdout += chunk.toString();
    onStdout(outcome.stdout);
  });
  child.stderr.on('data', (chunk: Buffer) => (outcome.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, ...outcome });
    });
  });
}
