import { join } from 'node:path';
import { isoTime, unixNow } from '../../platform/clock.js';
import { UserError } from '../../platform/errors.js';
import { poll } from '../../platform/poll.js';
import { writeCalibration } from '../calibration-files.js';
import type { Conduct } from '../trading/conduct.js';
import { deploymentPidName, deploymentProgram } from './deployment.js';
import { engineProgram, type EngineFiles, type EngineRun, type EngineState } from './engine.js';
import { harvestProgram } from './harvest.js';
import type { SimulatorStatus } from '../status.js';
import { runStatus, Unit } from './unit.js';

/** How long an engine may take to run with a new calibration, seconds. */
const calibrationTimeout = 15;

export interface TradingUnitsOptions {
  readonly engine: EngineFiles & { readonly pidFile: string };
  readonly harvestPidFile: string;
  /** the trading system's folder */
  readonly root: string;
  readonly onEngine: (run: EngineRun) => void;
  /** hears what happens besides */
  readonly onNote: (text: string) => void;
}

/** The processes of the trading system: those of its units, engine and harvest consumer, and its production deployment. */
export class TradingUnits {
  readonly #calibrationConfig: string;
  readonly #engine: Unit<EngineState>;
  readonly #harvest: Unit<object>;
  readonly #deployment: Unit<object>;

  constructor({ engine, harvestPidFile, root, onEngine, onNote }: TradingUnitsOptions) {
    this.#calibrationConfig = engine.calibrationConfig;
    this.#engine = new Unit({
      program: engineProgram(engine),
      pidFile: engine.pidFile,
      onStart: onEngine,
      onProblem: onNote,
    });
    this.#harvest = new Unit({
      program: harvestProgram,
      pidFile: harvestPidFile,
      onStart: ({ pid }) => {
        onNote(`harvest consumer started (pid ${pid})`);
      },
      onProblem: onNote,
    });
    this.#deployment = new Unit({
      program: deploymentProgram(root),
      pidFile: join(root, deploymentPidName),
      onStart: ({ pid }) => {
        onNote(`production deployment started (pid ${pid})`);
      },
      onEnd: () => {
        onNote('production deployment ended');
      },
      onProblem: onNote,
    });
  }

  /** Whether the production deployment runs: it opens the trades. */
  get isDeployed(): boolean {
    return this.#deployment.run !== undefined;
  }

  /** Lets the production deployment start again where it was stopped. */
  async deploy(): Promise<void> {
    await this.#deployment.release();
  }

  /** The engine's present run; undefined while there is none. */
  get engine(): EngineRun | undefined {
    return this.#engine.run;
  }

  get status(): Pick<SimulatorStatus, 'engine' | 'harvest' | 'deployment'> {
    const engine = this.#engine.run;
    return {
      engine:
        engine === undefined
          ? null
          : {
              pid: engine.pid,
              started_at: engine.startedAt,
              canary_model: engine.canaryModel,
              calibration: engine.calibration,
            },
      harvest: runStatus(this.#harvest.run),
      deployment: runStatus(this.#deployment.run),
    };
  }

  /** @throws Error when one of them does not come up */
  async start(): Promise<void> {
    await Promise.all([this.#engine.start(), this.#harvest.start(), this.#deployment.start()]);
  }

  /** Ends them for good. */
  async stop(): Promise<void> {
    await Promise.all([this.#engine.stop(), this.#harvest.stop(), this.#deployment.stop()]);
  }

  /** Ends the engine's present run; the next starts by itself. */
  restartEngine(): void {
    this.#engine.restart();
  }

  /** Lets the engine behave so, from another conduct before. */
  async adopt({ engine: wanted }: Conduct, { engine: before }: Conduct): Promise<void> {
    if (wanted === before) return;
    if (before === 'held') await this.#engine.release();
    if (wanted === 'held') await this.#engine.hold();
    if (wanted === 'restarts') this.#engine.restart();
  }

  /**
   * Puts a new calibration into the configuration and restarts the engine, as whoever calibrates does.
   * @returns the run that has loaded it
   * @throws UserError when the engine does not come up with it
   */
  async calibrate(): Promise<EngineRun> {
    const version = isoTime(unixNow());
    await writeCalibration(this.#calibrationConfig, version);
    this.#engine.restart();
    const run = await poll(
      () => (this.#engine.run?.calibration === version ? this.#engine.run : undefined),
      calibrationTimeout,
      0.05,
    );
    if (run === undefined)
      throw new UserError(
        `The engine did not start with the new calibration within ${calibrationTimeout} s. Is it held? redline inject none lets it run.`,
      );
    return run;
  }
}
