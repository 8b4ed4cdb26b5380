import { execFile } from 'node:child_process';
import { locateProgram, type ProgramName } from '../../src/stack/programs.js';

/** How a program ended, and what it said on both streams. */
export interface ToolResult {
  readonly ok: boolean;
  readonly output: string;
}

/** Bytes that a program may say: promtool lists what each failed assertion found. */
const mostOutput = 64 * 1024 * 1024;

/** Runs promtool or amtool to its end. */
export function runTool(
  name: Extract<ProgramName, 'promtool' | 'amtool'>,
  args: readonly string[],
): Promise<ToolResult> {
  const program = locateProgram(name);
  return new Promise((resolve) => {
    execFile(
      program.path,
      args,
      { env: program.environment, maxBuffer: mostOutput },
      (error, stdout, stderr) => {
        resolve({ ok: error === null, output: stderr + stdout });
      },
    );
  });
}
