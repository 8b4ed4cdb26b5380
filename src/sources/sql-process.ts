import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Mutex } from '../platform/mutex.js';
import { packageRoot } from '../platform/package-root.js';
import { SourceError } from './source-error.js';
import { sqlReady, type SqlAnswer, type SqlRequest, type SqlRows } from './sql-protocol.js';

const program = join(packageRoot, 'dist', 'sources', 'sql-child.js');
/** How long the process may take to begin, seconds: that is not the query's time. */
const startTakes = 30;
/** How long the kernel may take to end what was killed, seconds. */
const deathTakes = 2;

/**
 * Runs queries that only read, one after the other, in a process beside this one: it is begun when it is first needed,
 * killed with a query that takes too long, and begun anew for the next.
 */
export class SqlProcess {
  readonly #queue = new Mutex();
  #child: SqlChild | undefined;
  /** resolves when the process that was killed last has ended */
  #death: Promise<void> = Promise.resolve();
  #isClosed = false;

  /**
   * @param timeoutSeconds of this query alone: waiting for those before it does not count
   * @throws SourceError
   */
  async query(request: SqlRequest, timeoutSeconds: number): Promise<SqlRows> {
    return this.#queue.run(async () => {
      const child = await this.#ready();
      const answer = await child.ask(request, timeoutSeconds).catch((error: unknown) => {
        this.#kill();
        throw error;
      });
      if (answer.problem === undefined) return answer.rows;
      // It may have ended itself with the query.
      if (answer.problem.reason === 'oversized') this.#kill();
      throw new SourceError(answer.problem.reason, answer.problem.message);
    });
  }

  /** Ends a query under way, and the process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#kill();
    await Promise.race([this.#death, delay(deathTakes * 1000, undefined, { ref: false })]);
  }

  async #ready(): Promise<SqlChild> {
    if (this.#child?.isAlive === true) return this.#child;
    // A process that even SIGKILL does not end hangs in its disk; more of them would be no better.
    const isGone = this.#death.then(() => true);
    if (!(await Promise.race([isGone, delay(deathTakes * 1000, false, { ref: false })])))
      throw new SourceError('timeout', 'the process of a query that was killed has not ended yet');
    if (this.#isClosed) throw new SourceError('unreadable', 'no query is run any more');
    const child = new SqlChild();
    this.#child = child;
    this.#death = child.ended;
    try {
      await child.begin(startTakes);
    } catch (error) {
      this.#kill();
      throw error;
    }
    return child;
  }

  #kill(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}

/** One such process. */
class SqlChild {
  /** resolves when it has ended, or could not be started */
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  #isAlive = true;

  constructor() {
    const { TMPDIR } = process.env;
    this.#process = fork(program, {
      cwd: '/',
      env: TMPDIR === undefined ? {} : { TMPDIR },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.ended = new Promise((resolve) => {
      const onEnd = (): void => {
        this.#isAlive = false;
        resolve();
      };
      this.#process.once('exit', onEnd);
      this.#process.on('error', () => {
        if (this.#process.pid === undefined) onEnd();
      });
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** @throws SourceError where it does not begin */
  async begin(timeoutSeconds: number): Promise<void> {
    const said = await this.#next(timeoutSeconds, 'the process for queries did not begin');
    if (said === sqlReady) return;
    throw new SourceError(
      said.problem?.reason ?? 'unreadable',
      said.problem?.message ?? 'the process for queries answers unasked',
    );
  }

  /** @throws SourceError where it ends before it answers, or does not in time */
  async ask(request: SqlRequest, timeoutSeconds: number): Promise<SqlAnswer> {
    const answer = this.#next(timeoutSeconds, 'the query did not end');
    this.#process.send(request, () => undefined); // told by its end
    const said = await answer;
    if (said === sqlReady) throw new SourceError('unreadable', 'the process for queries began twice');
    return said;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** The next that it says. It is one of its own version, so that is what it must be. */
  async #next(timeoutSeconds: number, what: string): Promise<SqlAnswer | typeof sqlReady> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        settle();
        reject(new SourceError('timeout', `${what} within ${timeoutSeconds} s: it was killed`));
      }, timeoutSeconds * 1000);
      const onMessage = (message: unknown): void => {
        settle();
        resolve(message as SqlAnswer | typeof sqlReady);
      };
      const onEnd = (): void => {
        settle();
        reject(new SourceError('unreadable', `${what}: its process was ended`));
      };
      const settle = (): void => {
        clearTimeout(timer);
        this.#process.off('message', onMessage).off('exit', onEnd).off('error', onEnd);
      };
      this.#process.once('message', onMessage).once('exit', onEnd).once('error', onEnd);
    });
  }
}
