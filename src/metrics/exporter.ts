import type { Config } from '../config/schema.js';
import type { Logger } from '../platform/log.js';
import { RedisSource } from '../sources/redis.js';
import { Collection, type CollectorReport } from './collection.js';
import type { CollectorModule, EngineState } from './collector.js';
import type { Page } from './page.js';
import type { ProcessMetrics } from './process-metrics.js';
import { CollectorRunner } from './runner.js';
import { TradeTables } from './trade-tables/trade-tables.js';
import { Values } from './values.js';

/** The collectors of one configuration at work, and the way to exchange them for those of another. */
export class Exporter {
  readonly #modules: readonly CollectorModule[];
  readonly #log: Logger;
  readonly #process: ProcessMetrics;
  /** outlive a reload */
  readonly #counters = new Values();
  #work: Work;

  /** @throws UserError where a collector cannot use the configuration */
  constructor(config: Config, modules: readonly CollectorModule[], process: ProcessMetrics, log: Logger) {
    this.#modules = modules;
    this.#log = log;
    this.#process = process;
    this.#work = this.#start(config);
  }

  get collectors(): readonly string[] {
    return this.#work.collection.collectors;
  }

  /** @param patience longest time that whoever asks will wait, seconds */
  async collect(patience: number): Promise<Page> {
    return this.#work.collection.collect(patience);
  }

  /** @returns undefined where there is no such collector */
  async report(collector: string): Promise<CollectorReport | undefined> {
    return this.#work.collection.report(collector);
  }

  /**
   * Works with another configuration from now on.
   * @throws UserError where a collector cannot use it; the old one stays
   */
  async reconfigure(config: Config): Promise<void> {
    const old = this.#work;
    this.#work = this.#start(config);
    await close(old);
  }

  async close(): Promise<void> {
    await close(this.#work);
  }

  #start(config: Config): Work {
    const redis = new RedisSource(config.redis, this.#log);
    const engine: EngineState = { unit: undefined, activeEnter: undefined };
    const tables = config.database.enabled ? new TradeTables(config.database, this.#log) : undefined;
    const environment = { config, log: this.#log, engine, redis, tables };
    const runners: CollectorRunner[] = [];
    try {
      for (const module of this.#modules) {
        const collector = module.create(environment);
        if (collector === undefined) continue;
        runners.push(new CollectorRunner(module, collector, this.#counters, this.#log));
      }
    } catch (error) {
      for (const runner of runners) void runner.close();
      void redis.close();
      void tables?.close();
      throw error;
    }
    const { collector_timeout: longest } = config.exporter;
    return { redis, tables, collection: new Collection(runners, this.#counters, this.#process, longest) };
  }
}

interface Work {
  readonly redis: RedisSource;
  readonly tables: TradeTables | undefined;
  readonly collection: Collection;
}

async function close({ collection, redis, tables }: Work): Promise<void> {
  await collection.close();
  await redis.close();
  await tables?.close();
}
