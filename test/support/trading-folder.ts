import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './workspace.js';

/** The exit codes of every rollback script, as --help says them. */
export const exit = { done: 0, usage: 1, refused: 2, incomplete: 3, locked: 4, engine: 5 } as const;

/** The folder of a trading system that a rollback script works on. It goes when the test ends. */
export class TradingFolder {
  readonly root = temporaryFolder();

  /** Absolute, of a path below the root. */
  path(relative: string): string {
    return join(this.root, relative);
  }

  /** Content of files; undefined: absent. */
  contentsOf(paths: readonly string[]): Record<string, string | undefined> {
    return Object.fromEntries(
      paths.map((path) => [path, existsSync(path) ? readFileSync(path, 'utf8') : undefined]),
    );
  }

  /** Every line of a log, parsed; none where there is no such file. */
  linesOf(log: string): unknown[] {
    if (!existsSync(log)) return [];
    const text = readFileSync(log, 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }

  /** Writes an executable below the root and returns its path. */
  program(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Writes a program that kills the script that starts it, at a call with this text in its arguments (empty: at any). */
  killerOf(script: string, program: string, argument: string): string {
    return this.program(
      `killing/${program}`,
      `if [[ "$*" != *"${argument}"* ]]; then exec /usr/bin/${program} "$@"; fi
pid=$PPID
while [ "$pid" -gt 1 ]; do
  read -r _ _ _ parent _ <"/proc/$pid/stat"
  if grep -q ${script} "/proc/$pid/cmdline"; then kill -9 "$pid"; fi
  pid=$parent
done`,
    );
  }
}
