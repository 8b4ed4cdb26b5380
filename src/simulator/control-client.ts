import type { z } from 'zod';
import { UserError } from '../platform/errors.js';
import { formatAddress, type ListenAddress } from '../platform/http-server.js';
import { doneAnswer, errorAnswer, simulatorStatus, type SimulatorStatus } from './status.js';

/** A burst of events may have to wait for a Redis that has just come back, a calibration for its engine. */
const timeoutMs = 20_000;

/** Speaks to a running simulator. */
export class SimulatorClient {
  readonly #base: string;

  constructor(address: ListenAddress) {
    this.#base = `http://${formatAddress(address)}`;
  }

  /** @throws UserError when no simulator answers */
  async status(): Promise<SimulatorStatus> {
    return this.#ask('/status', simulatorStatus);
  }

  /**
   * @param fault its name, or `none`
   * @returns what was done, for a person
   * @throws UserError when no simulator answers, or it refuses
   */
  async inject(fault: string): Promise<readonly string[]> {
    return this.#order('/fault', { fault });
  }

  /**
   * Puts a new calibration into the configuration and restarts the engine.
   * @returns what was done, for a person
   * @throws UserError when no simulator answers, or its engine does not run with it
   */
  async calibrate(): Promise<readonly string[]> {
    return this.#order('/calibrate', {});
  }

  async #order(path: string, body: object): Promise<readonly string[]> {
    const answer = await this.#ask(path, doneAnswer, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.lines;
  }

  async #ask<T>(path: string, schema: z.ZodType<T>, request: RequestInit = {}): Promise<T> {
    let body: unknown;
    try {
      const response = await fetch(this.#base + path, { ...request, signal: AbortSignal.timeout(timeoutMs) });
      body = await response.json();
    } catch {
      throw new UserError(
        `No simulator answers at ${this.#base}. Start one with redline up --demo, or name its address in REDLINE_SIMULATOR.`,
      );
    }
    const refused = errorAnswer.safeParse(body);
    if (refused.success) throw new UserError(refused.data.error);
    const answer = schema.safeParse(body);
    if (!answer.success)
      throw new UserError(`${this.#base} is no simulator of Redline. Name its address in REDLINE_SIMULATOR.`);
    return answer.data;
  }
}
