import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage, UserError } from '../platform/errors.js';
import { calibrationFaultFacts } from './faults/calibration-faults.js';
import { healthyConduct, type Conduct } from './trading/conduct.js';
import type { EngineRun } from './units/engine.js';
import {
  isCalibrationFault,
  isModelFault,
  isProductionFault,
  isServiceFault,
  type FaultName,
  type ServiceFault,
} from './faults/fault-names.js';
import { burstEvents, Intents, stalledAge } from './intents.js';
import { models, type Model } from './market.js';
import { distortionOf } from './faults/model-faults.js';
import { productionFaultFacts } from './faults/production-faults.js';
import { Notes } from './notes.js';
import { Pace } from './pace.js';
import { Production, type ProductionOptions } from './production/production.js';
import { Random } from './random.js';
import { RedisProcess } from './redis-process.js';
import { RedisWriter, type RedisAccess } from './redis-writer.js';
import { serviceFaultFacts } from './faults/service-faults.js';
import { Services, type ServicesOptions } from './services/services.js';
import type { SimulatorStatus } from './status.js';
import type { TableFault } from './tables/table-fault.js';
import { Telemetry } from './telemetry.js';
import type { TradingJournal } from './trading/journal.js';
import { TradingKeys, writtenKeys } from './trading/keys.js';
import { TradingState } from './trading/state.js';
import { TradingUnits, type TradingUnitsOptions } from './units/units.js';
import { calibrationLines, describeInjection, endedByRestart, healedLines } from './words.js';

const tickMs = 100;
/** How often the state beside the events is written, seconds. */
const pulseEvery = 1;
/** How often an engine ends that does so all the time, seconds. */
const engineLife = 10;

export interface SimulatorOptions {
  readonly redis: RedisAccess & {
    readonly stream: string;
    readonly keys: Config['redis']['keys'];
  };
  /** whether `redis-down` may suspend the server */
  readonly ownsRedis: boolean;
  readonly units: Pick<TradingUnitsOptions, 'engine' | 'harvestPidFile' | 'root'>;
  readonly services: Omit<ServicesOptions, 'onNote'>;
  readonly production: Omit<ProductionOptions, 'seed'>;
  readonly journal: TradingJournal;
  /** events a second */
  readonly rate: number;
  readonly seed: number;
  /** misbehaves where no canary runs */
  readonly model: Model;
  /** hears what happens, for the log */
  readonly onNote: (text: string) => void;
}

interface ActiveFault {
  readonly name: FaultName;
  readonly injectedAt: number;
  /** whether a calibration was loaded then */
  readonly isOfCalibration: boolean;
}

/** A trading system that behaves, and misbehaves on request: state in Redis, a journal, and processes that are its units. */
export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #redis: RedisWriter;
  readonly #intents: Intents;
  readonly #state: TradingState;
  readonly #units: TradingUnits;
  readonly #services: Services;
  readonly #production: Production;
  readonly #notes: Notes;
  readonly #stopped = new AbortController();
  #fault: ActiveFault | undefined;
  #haltedRedis: RedisProcess | undefined;
  #writes = true;
  #writesProduction = true;
  #turn: Promise<unknown> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#notes = new Notes(options.onNote);
    this.#redis = new RedisWriter(options.redis);
    const telemetry = new Telemetry(this.#redis, options.redis.stream);
    this.#intents = new Intents(telemetry, options.seed, options.rate);
    // A draw of its own, so that the events of a seed stay the same.
    this.#state = new TradingState({
      keys: new TradingKeys(this.#redis, options.redis.keys, new Random(options.seed + 1)),
      journal: options.journal,
      engine: () => this.#units.engine,
    });
    this.#production = new Production({ ...options.production, seed: options.seed });
    this.#services = new Services({
      ...options.services,
      onNote: (text) => {
        this.#notes.add('service', text);
      },
    });
    this.#units = new TradingUnits({
      ...options.units,
      onEngine: (run) => {
        this.#engineStarted(run);
      },
      onNote: (text) => {
        this.#notes.add('engine', text);
      },
    });
  }

  /**
   * Writes the past that is judged, starts the units, and goes on writing.
   * @throws UserError when Redis does not answer or is not the simulator's to write
   */
  async start(): Promise<void> {
    const { stream, keys } = this.#options.redis;
    await this.#redis.open([stream, ...writtenKeys(keys)]);
    await this.#intents.layDown();
    await this.#state.layDown();
    await this.#production.open(unixNow());
    await Promise.all([this.#units.start(), this.#services.start()]);
    this.#writing = this.#keepWriting();
  }

  get status(): SimulatorStatus {
    return {
      fault:
        this.#fault === undefined ? null : { name: this.#fault.name, injected_at: this.#fault.injectedAt },
      ...this.#units.status,
      services: this.#services.status,
      telemetry: {
        writing: this.#flows,
        reachable: this.#haltedRedis === undefined && this.#redis.reachable,
        events_written: this.#intents.written,
        rate: this.#options.rate,
      },
      notes: this.#notes.all,
    };
  }

  /**
   * Injects a fault in the place of the present one, or heals.
   * @param name undefined heals
   * @returns what it did, for a person
   * @throws UserError when the fault cannot be injected here; Error when Redis does not take what is written
   */
  async inject(name: FaultName | undefined): Promise<string[]> {
    const injectedAt = unixNow();
    return this.#inTurn(async () => {
      await this.#heal();
      if (name === undefined) {
        await this.#units.deploy();
        await this.#services.activate();
        await this.#intents.burst();
        this.#notes.add('healed', 'healed');
        return healedLines(burstEvents);
      }
      const { canaryModel = null, calibration = null } = this.#units.engine ?? {};
      await this.#begin(name);
      this.#fault = { name, injectedAt, isOfCalibration: calibration !== null };
      this.#notes.add('injected', `fault ${name} injected`, injectedAt);
      return describeInjection(name, {
        model: this.#model,
        canaryModel,
        calibration,
        rate: this.#options.rate,
        burst: burstEvents,
        stalledAge,
      });
    });
  }

  /**
   * Puts a new calibration into the configuration and restarts the engine, as whoever calibrates does.
   * @returns what it did, for a person
   * @throws UserError when the engine does not come up with it
   */
  async calibrate(): Promise<string[]> {
    const { calibration, pid } = await this.#units.calibrate();
    // What the start writes is in the queue before this.
    await this.#inTurn(() => Promise.resolve());
    return calibrationLines(calibration ?? '', pid);
  }

  /** Ends the engine's present run; the next starts by itself. */
  restartEngine(): void {
    this.#units.restartEngine();
  }

  /** Continues a suspended Redis, ends the units and lets go of Redis. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#haltedRedis?.resume();
    await Promise.all([this.#units.stop(), this.#services.stop(), this.#writing]);
    await this.#turn;
    await this.#production.stop();
    this.#redis.close();
  }

  get #flows(): boolean {
    return this.#fault?.name !== 'telemetry-stall' && this.#haltedRedis === undefined;
  }

  /** The one that misbehaves: the canary's model, else the configured one. */
  get #model(): Model {
    const canary = this.#units.engine?.canaryModel;
    return models.find((model) => model === canary) ?? this.#options.model;
  }

  async #begin(name: FaultName): Promise<void> {
    if (isModelFault(name)) {
      this.#intents.distort(distortionOf(name, this.#model));
      await this.#intents.burst();
    } else if (isCalibrationFault(name)) {
      await this.#adopt({ ...healthyConduct, ...calibrationFaultFacts[name].conduct });
    } else if (isProductionFault(name)) {
      await this.#bendTables(name, productionFaultFacts[name].tables);
    } else if (isServiceFault(name)) {
      await this.#beginInServices(name);
    } else if (name === 'telemetry-stall') {
      await this.#intents.stall();
    } else {
      if (!this.#options.ownsRedis)
        throw new UserError(
          "redis-down stops the demonstration's own Redis only; this simulator was started without --own-redis.",
        );
      const redis = RedisProcess.find(this.#options.redis.url, await this.#redis.serverInfo());
      redis.halt();
      this.#haltedRedis = redis;
    }
  }

  async #beginInServices(name: ServiceFault): Promise<void> {
    const { trouble, tables } = serviceFaultFacts[name];
    if (trouble !== undefined) await this.#services.trouble(trouble);
    if (tables !== undefined) await this.#bendTables(name, tables);
  }

  async #bendTables(name: FaultName, fault: TableFault): Promise<void> {
    if (!(await this.#production.inject(fault, unixNow())))
      throw new UserError(
        `${name} is a fault of the trade tables, and this simulator writes none (database.enabled).`,
      );
  }

  async #heal(): Promise<void> {
    this.#haltedRedis?.resume();
    this.#haltedRedis = undefined;
    this.#fault = undefined;
    this.#intents.distort(undefined);
    await this.#services.heal();
    await this.#production.heal(unixNow(), this.#units.isDeployed);
    await this.#adopt(healthyConduct);
  }

  async #adopt(conduct: Conduct): Promise<void> {
    const previous = this.#state.conduct;
    await this.#state.adopt(conduct);
    await this.#units.adopt(conduct, previous);
  }

  #engineStarted(run: EngineRun): void {
    const weights = run.canaryModel === null ? 'the baseline weights' : `a canary of ${run.canaryModel}`;
    const calibration = run.calibration === null ? '' : ` and calibration ${run.calibration}`;
    this.#notes.add('engine', `engine started (pid ${run.pid}) with ${weights}${calibration}`);
    void this.#inTurn(() =>
      this.#tryWriting(async () => {
        await this.#state.engineStarted(run);
        const ended = this.#fault === undefined ? undefined : endedByRestart(this.#fault, run);
        if (ended !== undefined) {
          await this.#heal();
          this.#notes.add('healed', ended);
        }
        if (this.#flows) await this.#intents.open();
      }),
    );
  }

  async #keepWriting(): Promise<void> {
    const pulses = new Pace(unixNow());
    const lives = new Pace(unixNow());
    while (!this.#stopped.signal.aborted) {
      await delay(tickMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      const now = unixNow();
      const events = this.#intents.due(now);
      const isPulse = pulses.count(now, 1 / pulseEvery) > 0;
      if (lives.count(now, 1 / engineLife) > 0 && this.#state.conduct.engine === 'restarts')
        this.#units.restartEngine();
      if (isPulse) void this.#inTurn(() => this.#writeProduction());
      if (events === 0 && !isPulse) continue;
      await this.#inTurn(() =>
        this.#tryWriting(async () => {
          if (this.#flows) await this.#intents.write(events);
          if (isPulse) await this.#state.pulse(this.#haltedRedis === undefined);
        }),
      );
    }
  }

  /** Apart from the rest: these files outlive Redis, and Redis them. */
  async #writeProduction(): Promise<void> {
    try {
      await this.#production.pulse(unixNow(), this.#units.isDeployed);
      if (!this.#writesProduction) this.#notes.add('telemetry', 'trade tables and log can be written again');
      this.#writesProduction = true;
    } catch (error) {
      if (this.#writesProduction)
        this.#notes.add('telemetry', `trade tables or log cannot be written: ${errorMessage(error)}`);
      this.#writesProduction = false;
    }
  }

  /** Notes the first of failures and the success after them; a trading system outlives its Redis. */
  async #tryWriting(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.#writes || !this.#redis.reachable) return;
      // Redis may have come back empty.
      await this.#state.layDownKeys();
      this.#notes.add('telemetry', 'it can be written again');
      this.#writes = true;
    } catch (error) {
      if (this.#writes) this.#notes.add('telemetry', `nothing can be written: ${errorMessage(error)}`);
      this.#writes = false;
    }
  }

  /** One thing after the other: no tick may write into a stream that is being made stale. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
