import { statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { packageRoot } from '../platform/package-root.js';
import type { Config, Plan } from './schema.js';

/**
 * Where the program of a plan's first method is: below files.root, at an absolute path, or on the PATH.
 * @returns an absolute path; that below files.root where it is nowhere
 */
export function planProgram(config: Config, plan: Plan): string {
  const written = plan.methods[0]?.command[0] ?? '';
  const program = written.replaceAll('${root}', config.files.root).replaceAll('${package}', packageRoot);
  const belowRoot = resolve(config.files.root, program);
  if (program.includes('/') || isFile(belowRoot)) return belowRoot;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isFile) ?? belowRoot;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
