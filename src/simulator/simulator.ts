import { setTimeout as delay } from 'node:timers/promises';
import { unixNow } from '../platform/clock.js';
import { errorMessage, UserError } from '../platform/errors.js';
import { Engine, type EngineRun } from './engine.js';
import type { FaultName } from './fault-names.js';
import { distortionOf, isModelFault } from './faults.js';
import { Market, models, type Distortion, type Model } from './market.js';
import { RedisProcess } from './redis-process.js';
import type { Note, SimulatorStatus } from './status.js';
import { Telemetry, type TelemetryOptions, type TimedIntent } from './telemetry.js';
import { describeInjection, endedByRestart } from './words.js';

/** Faulty or healthy events written at once: as many as the widest window holds. */
const burstEvents = 2000;
/** Events from before the start. */
const backlogEvents = 600;
/** Events written at once when the engine has started: what the smallest window asks for, and some. */
const openingEvents = 300;
/** Age of the newest event once telemetry has stalled, seconds: a quarter of a minute short of the ten minutes. */
const stalledAge = 585;
const tickMs = 100;
const keptNotes = 100;

export interface SimulatorOptions {
  readonly redis: TelemetryOptions;
  /** whether `redis-down` may suspend the server */
  readonly ownsRedis: boolean;
  readonly engine: { readonly pidFile: string; readonly override: string };
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
}

/** A trading system that behaves, and misbehaves on request: events in Redis, and a process that is its engine. */
export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #market: Market;
  readonly #telemetry: Telemetry;
  readonly #engine: Engine;
  readonly #notes: Note[] = [];
  readonly #stopped = new AbortController();
  #sequence = 0;
  #written = 0;
  #fault: ActiveFault | undefined;
  #distortion: Distortion | undefined;
  #haltedRedis: RedisProcess | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#market = new Market(options.seed);
    this.#telemetry = new Telemetry(options.redis);
    this.#engine = new Engine({
      ...options.engine,
      onStart: (run) => {
        this.#engineStarted(run);
      },
      onProblem: (text) => {
        this.#note('engine', text);
      },
    });
  }

  /**
   * Writes the events of the past minute, starts the engine, and goes on writing.
   * @throws UserError when Redis does not answer or is not the simulator's to write
   */
  async start(): Promise<void> {
    await this.#telemetry.open();
    await this.#telemetry.replace(this.#history(Date.now()));
    await this.#engine.start();
    this.#writing = this.#keepWriting();
  }

  get status(): SimulatorStatus {
    const run = this.#engine.run;
    return {
      fault:
        this.#fault === undefined ? null : { name: this.#fault.name, injected_at: this.#fault.injectedAt },
      engine:
        run === undefined ? null : { pid: run.pid, started_at: run.startedAt, canary_model: run.canaryModel },
      telemetry: {
        writing: this.#flows,
        reachable: this.#haltedRedis === undefined && this.#telemetry.reachable,
        events_written: this.#written,
        rate: this.#options.rate,
      },
      notes: [...this.#notes],
    };
  }

  /**
   * Injects a fault in the place of the present one, or heals.
   * @param name undefined heals
   * @returns what it did, for a person
   * @throws UserError when the fault cannot be injected here; Error when Redis does not take the events
   */
  async inject(name: FaultName | undefined): Promise<string[]> {
    const injectedAt = unixNow();
    return this.#inTurn(async () => {
      this.#heal();
      if (name === undefined) {
        await this.#burst(burstEvents);
        this.#note('healed', 'healed');
        return [
          `Healed: ${burstEvents} healthy events were written at once, so that windows are healthy again.`,
        ];
      }
      await this.#begin(name);
      this.#fault = { name, injectedAt };
      this.#note('injected', `fault ${name} injected`, injectedAt);
      return describeInjection(name, {
        model: this.#model,
        canaryModel: this.#engine.run?.canaryModel ?? null,
        rate: this.#options.rate,
        burst: burstEvents,
        stalledAge,
      });
    });
  }

  /** Ends the engine's present run; the next starts by itself. */
  restartEngine(): void {
    this.#engine.restart();
  }

  /** Heals, ends the engine and lets go of Redis. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#heal();
    await Promise.all([this.#engine.stop(), this.#writing]);
    this.#telemetry.close();
  }

  get #flows(): boolean {
    return this.#fault?.name !== 'telemetry-stall' && this.#fault?.name !== 'redis-down';
  }

  /** The one that misbehaves: the canary's model, else the configured one. */
  get #model(): Model {
    const canary = this.#engine.run?.canaryModel;
    return models.find((model) => model === canary) ?? this.#options.model;
  }

  async #begin(name: FaultName): Promise<void> {
    if (isModelFault(name)) {
      this.#distortion = distortionOf(name, this.#model);
      await this.#burst(burstEvents);
    } else if (name === 'telemetry-stall') {
      await this.#telemetry.replace(this.#history(Date.now() - stalledAge * 1000));
    } else {
      if (!this.#options.ownsRedis)
        throw new UserError(
          "redis-down stops the demonstration's own Redis only; this simulator was started without --own-redis.",
        );
      const redis = RedisProcess.find(this.#options.redis.url, await this.#telemetry.serverInfo());
      redis.halt();
      this.#haltedRedis = redis;
    }
  }

  #heal(): void {
    this.#haltedRedis?.resume();
    this.#haltedRedis = undefined;
    this.#fault = undefined;
    this.#distortion = undefined;
  }

  #engineStarted(run: EngineRun): void {
    const weights = run.canaryModel === null ? 'the baseline weights' : `a canary of ${run.canaryModel}`;
    this.#note('engine', `engine started (pid ${run.pid}) with ${weights}`);
    void this.#inTurn(async () => {
      const ended = this.#fault === undefined ? undefined : endedByRestart(this.#fault.name, run);
      if (ended !== undefined) {
        this.#heal();
        this.#note('healed', ended);
      }
      if (this.#flows) await this.#tryBurst(openingEvents);
    });
  }

  async #keepWriting(): Promise<void> {
    let due = unixNow();
    while (!this.#stopped.signal.aborted) {
      await delay(tickMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      const now = unixNow();
      // After an outage the trading system does not make up for what it did not decide.
      due = Math.max(due, now - 1);
      const count = Math.floor((now - due) * this.#options.rate);
      due += count / this.#options.rate;
      if (count > 0) {
        await this.#inTurn(async () => {
          if (this.#flows) await this.#tryBurst(count);
        });
      }
    }
  }

  /** Notes the first of failures and the success after them; a trading system outlives its Redis. */
  async #tryBurst(count: number): Promise<void> {
    const before = this.#telemetry.reachable;
    try {
      await this.#burst(count);
      if (!before) this.#note('telemetry', 'Redis takes events again');
    } catch (error) {
      if (before) this.#note('telemetry', `Redis takes no events: ${errorMessage(error)}`);
    }
  }

  async #burst(count: number): Promise<void> {
    const now = unixNow();
    await this.#telemetry.append(
      Array.from({ length: count }, () => ({ intent: this.#market.next(now, this.#distortion) })),
    );
    this.#written += count;
  }

  /** Healthy events at the usual rate, the newest at the given time. */
  #history(newestMs: number): TimedIntent[] {
    const spacingMs = 1000 / this.#options.rate;
    return Array.from({ length: backlogEvents }, (_, index) => {
      const atMs = Math.round(newestMs - (backlogEvents - 1 - index) * spacingMs);
      return { intent: this.#market.next(atMs / 1000), atMs };
    });
  }

  #note(kind: Note['kind'], text: string, at = unixNow()): void {
    this.#sequence += 1;
    this.#notes.push({ sequence: this.#sequence, at, kind, text });
    if (this.#notes.length > keptNotes) this.#notes.shift();
    this.#options.onNote(text);
  }

  /** One thing after the other: no tick may write into a stream that is being made stale. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
