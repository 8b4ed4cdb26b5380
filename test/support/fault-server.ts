import { onTestFinished } from 'vitest';
import type { Child } from '../../src/stack/child.js';

/** A real server that a test ends and starts again, on the same port and with the same data. */
export class FaultServer {
  readonly url: string;
  readonly #begin: () => Promise<Child>;
  #child: Child | undefined;

  private constructor(url: string, begin: () => Promise<Child>) {
    this.url = url;
    this.#begin = begin;
  }

  /** Starts it; it ends with the test. */
  static async start(url: string, begin: () => Promise<Child>): Promise<FaultServer> {
    const server = new FaultServer(url, begin);
    onTestFinished(() => server.kill());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#child = await this.#begin();
  }

  /** Ends it and waits until it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#child?.stop(signal);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.signal(signal);
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }
}
