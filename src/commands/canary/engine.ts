import { poll } from '../../platform/poll.js';
import { runCommand } from '../../platform/run-command.js';
import { baseEnvironment } from '../../rollback/script-environment.js';

/** Longest time systemctl may take for one thing, seconds: a restart waits for the old engine, which may take 90 to stop. */
const commandTimeout = 120;
/** How long the engine may take to become active, seconds. */
const activeTimeout = 45;

/** What changes whenever a unit is started; empty where the manager does not say. */
type StartStamp = string;

/** The trading engine's unit, through `systemctl`: never through a shell. */
export class Engine {
  readonly unit: string;
  readonly #systemctl: string;

  /** @param systemctl the program, from `systemd.systemctl` */
  constructor(systemctl: string, unit: string) {
    this.#systemctl = systemctl;
    this.unit = unit;
  }

  /** The commands of a restart with new drop-ins, as {@link restart} runs them. */
  get commands(): readonly (readonly string[])[] {
    return [
      [this.#systemctl, 'daemon-reload'],
      [this.#systemctl, 'restart', this.unit],
    ];
  }

  async isActive(): Promise<boolean> {
    return (await this.#run(['is-active', '--quiet', this.unit])).code === 0;
  }

  /**
   * Lets systemd read its units again, restarts the engine and waits until it is active.
   * @param interrupted asked while waiting; true ends the waiting
   * @returns whether the start was seen: the unit has another start time or invocation than before
   * @throws Error saying what systemctl said
   */
  async restart(interrupted: () => boolean): Promise<'seen' | 'not visible'> {
    const before = await this.#startStamp();
    for (const [, ...args] of this.commands) {
      const { code, said } = await this.#run(args);
      if (code !== 0) throw new Error(`${this.#systemctl} ${args.join(' ')} failed: ${said}`);
    }
    const active = await poll(
      async () => (interrupted() ? false : (await this.isActive()) ? true : undefined),
      activeTimeout,
      0.2,
    );
    if (interrupted()) throw new Error('interrupted by the operator');
    if (active !== true)
      throw new Error(`${this.unit} did not become active in ${activeTimeout} s after its restart`);
    const after = await this.#startStamp();
    if (before === '' || after === '') return 'not visible';
    if (before === after) throw new Error(`${this.unit} still runs from before: it was not restarted`);
    return 'seen';
  }

  async #startStamp(): Promise<StartStamp> {
    const { code, said } = await this.#run([
      'show',
      '-p',
      'ActiveEnterTimestampMonotonic,InvocationID,MainPID',
      this.unit,
    ]);
    const values = said.split('\n').filter((line) => /^\w+=.+$/.test(line) && !line.endsWith('=0'));
    return code === 0 ? values.sort().join(' ') : '';
  }

  async #run(args: readonly string[]): Promise<{ code: number | null; said: string }> {
    const end = await runCommand({
      argv: [this.#systemctl, ...args],
      cwd: '/',
      environment: baseEnvironment(),
      stdin: '',
      timeoutSeconds: commandTimeout,
    });
    const said = end.timed_out ? `no answer in ${commandTimeout} s` : end.error || end.output.trim();
    return { code: end.timed_out ? null : end.exit_code, said: said === '' ? 'it did not say why' : said };
  }
}
