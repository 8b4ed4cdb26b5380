import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '../platform/errors.js';
import { packageRoot } from '../platform/package-root.js';

/** Names under which a program is found; Debian renames some. */
const names = {
  'redis-server': ['redis-server'],
  'redis-cli': ['redis-cli'],
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
  shellcheck: ['shellcheck'],
  openssl: ['openssl'],
  'prometheus-redis-exporter': ['redis_exporter', 'prometheus-redis-exporter'],
} as const;

/** A program of others that Redline starts. */
export type ProgramName = keyof typeof names;

/** A program and the environment that it needs. */
export interface Program {
  readonly path: string;
  readonly environment: NodeJS.ProcessEnv;
  /** working directory that it must have to find its own pages and templates (scripts/relocate.mjs); else any does */
  readonly folder?: string;
}

/** Folders of unpacked programs' own files, which the set-up made them look for in their working directory. */
const ownFiles: Partial<Record<ProgramName, string>> = {
  alertmanager: join('usr', 'share', 'prometheus', 'alertmanager'),
  prometheus: join('usr', 'share', 'prometheus', 'web'),
};

/** Where the set-up unpacks Debian's packages. */
const unpacked = join(packageRoot, '.redline', 'servers');

/**
 * Finds a program on the PATH, else among the packages that the set-up unpacked.
 * @throws UserError when it is nowhere
 */
export function locateProgram(program: ProgramName): Program {
  const { PATH: path = '', HOME: home } = process.env;
  const base: NodeJS.ProcessEnv = {
    PATH: path,
    LANG: 'C.UTF-8',
    ...(home === undefined ? {} : { HOME: home }),
  };
  for (const name of names[program]) {
    const installed = path
      .split(delimiter)
      .find((candidate) => candidate !== '' && existsSync(join(candidate, name)));
    if (installed !== undefined) return { path: join(installed, name), environment: base };
    if (existsSync(join(unpacked, 'usr', 'bin', name))) {
      const folder = ownFiles[program];
      return {
        path: join(unpacked, 'usr', 'bin', name),
        environment: { ...base, LD_LIBRARY_PATH: libraryFolders() },
        ...(folder === undefined ? {} : { folder: join(unpacked, folder) }),
      };
    }
  }
  throw new UserError(
    `${program} is missing. npm start fetches it on Debian and Ubuntu; elsewhere install it so that it is on the PATH, or use docker compose.`,
  );
}

/** Debian keeps libraries in a folder named for the architecture. */
function libraryFolders(): string {
  const machine: Partial<Record<NodeJS.Architecture, string>> = {
    x64: 'x86_64-linux-gnu',
    arm64: 'aarch64-linux-gnu',
  };
  return join(unpacked, 'usr', 'lib', machine[process.arch] ?? '');
}
