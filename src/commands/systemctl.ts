import { runCommand } from '../platform/run-command.js';
import { baseEnvironment } from '../rollback/script-environment.js';

/** Longest time systemctl may take for one thing, seconds: a restart waits for the old engine, which may take 90 to stop. */
const commandTimeout = 120;

/** How systemctl answered. */
export interface SystemctlAnswer {
  /** its exit code; null where it gave none in time */
  readonly code: number | null;
  /** what it printed, or why it could not be asked; never empty */
  readonly said: string;
}

/** Runs systemctl, without a shell. @param program from `systemd.systemctl` */
export async function askSystemctl(program: string, args: readonly string[]): Promise<SystemctlAnswer> {
  const end = await runCommand({
    argv: [program, ...args],
    cwd: '/',
    environment: baseEnvironment(),
    stdin: '',
    timeoutSeconds: commandTimeout,
  });
  const said = end.timed_out ? `no answer in ${commandTimeout} s` : end.error || end.output.trim();
  return { code: end.timed_out ? null : end.exit_code, said: said === '' ? 'it did not say why' : said };
}

/** Whether systemctl says that a unit is active. */
export async function isUnitActive(program: string, unit: string): Promise<boolean> {
  return (await askSystemctl(program, ['is-active', '--quiet', unit])).code === 0;
}
