import { poll } from '../../platform/poll.js';
import { askSystemctl, isUnitActive } from '../systemctl.js';

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
    return isUnitActive(this.#systemctl, this.unit);
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
      const { code, said } = await askSystemctl(this.#systemctl, args);
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
    const { code, said } = await askSystemctl(this.#systemctl, [
      'show',
      '-p',
      'ActiveEnterTimestampMonotonic,InvocationID,MainPID',
      this.unit,
    ]);
    const values = said.split('\n').filter((line) => /^\w+=.+$/.test(line) && !line.endsWith('=0'));
    return code === 0 ? values.sort().join(' ') : '';
  }
}
