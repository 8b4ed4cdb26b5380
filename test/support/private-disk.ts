import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './workspace.js';

/** Programs that make and mount the disks. */
const programs = ['unshare', 'nsenter', 'setpriv', 'mount', 'mkfs.ext4'];

/** Why no disk can be mounted here; undefined: it can. Tests are skipped with it. */
export const diskUnavailable: string | undefined = findObstacle();

function findObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0) return `the machine lacks ${missing.join(', ')}`;
  if (!existsSync('/dev/loop-control')) return 'there are no loop devices';
  try {
    const probe = 'mount -t tmpfs -o size=64k tmpfs /tmp';
    execFileSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', probe], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'nothing may be mounted here, not even in a mount namespace';
  }
}

/**
 * Real file systems that only the programs started through `launcher` see, at `folder`. They go with the test. A full
 * or broken disk of the machine that runs the tests would be no smaller a nuisance than it sounds.
 */
export class PrivateDisk {
  /** where the file systems may be mounted */
  readonly folder = temporaryFolder();
  readonly #holder: number;

  private constructor(holder: number) {
    this.#holder = holder;
  }

  /** A namespace in which nothing is mounted yet. */
  static async create(): Promise<PrivateDisk> {
    const child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private'].concat(
        'sh',
        '-c',
        'echo ready; exec sleep infinity',
      ),
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    onTestFinished(async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
    await once(child.stdout, 'data');
    return new PrivateDisk(child.pid ?? 0);
  }

  /** To be put before a program and its arguments; the process becomes that program. */
  get launcher(): readonly [string, ...string[]] {
    return ['nsenter', `--mount=/proc/${this.#holder}/ns/mnt`, '--'];
  }

  /** A file of the disk, as seen from outside. @param path below `folder` */
  path(...path: readonly string[]): string {
    return join(`/proc/${this.#holder}/root`, this.folder, ...path);
  }

  /** Runs a shell script inside, in `folder`. @returns what it printed */
  run(script: string): string {
    const [command, ...args] = [...this.launcher, 'sh', '-ec', `cd ${this.folder}\n${script}`];
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
}
