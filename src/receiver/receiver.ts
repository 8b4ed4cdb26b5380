import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Access } from '../config/access.js';
import type { Config } from '../config/schema.js';
import { CertificateWatch } from '../config/server-tls.js';
import { errorCode, errorMessage, UserError } from '../platform/errors.js';
import { ExclusiveLock } from '../platform/exclusive-lock.js';
import { listen, type ListenAddress } from '../platform/http-server.js';
import type { Logger } from '../platform/log.js';
import { Periodic } from '../platform/periodic.js';
import { lockPath } from '../rollback/manual.js';
import { assemble, takeUp, type Parts } from './assemble.js';
import { createIncidentFolder } from './diagnostics.js';
import { checkPlans } from './preflight.js';
import { createReceiverServer } from './server.js';

/** A running rollback may take so long after the receiver was told to stop, seconds. */
const longestFarewell = 90;

/** Alerts in, rollbacks out. */
export class Receiver {
  readonly address: ListenAddress;
  /** aborted when nothing may be decided any more: the lock on the state directory is lost, or the ledger is not what it was taken for */
  readonly mustEnd: AbortSignal;
  readonly #parts: Parts;
  readonly #lock: ExclusiveLock;
  readonly #server: Server;
  readonly #periodic: Periodic;
  readonly #life: { isStopping: boolean };

  private constructor(
    parts: Parts,
    lock: ExclusiveLock,
    server: Server,
    address: ListenAddress,
    life: { isStopping: boolean },
    mustEnd: AbortSignal,
  ) {
    this.#parts = parts;
    this.#lock = lock;
    this.#server = server;
    this.#life = life;
    this.address = address;
    this.mustEnd = mustEnd;
    this.#periodic = new Periodic(parts.tasks, parts.logger);
  }

  /**
   * Opens the ledger under the lock, listens, takes up what was interrupted and begins to compare with Prometheus.
   * @throws UserError for whatever a person can mend: token, plans, lock, ledger, address
   */
  static async start(config: Config, logger: Logger): Promise<Receiver> {
    for (const problem of checkPlans(config)) logger.warn(problem);
    const access = receiverAccess(config, logger);
    const lock = await ExclusiveLock.acquire(lockPath(config.state.directory), 'redline receiver');
    try {
      const life = { isStopping: false };
      const mustEnd = new AbortController();
      lock.onLost(() => {
        logger.fatal(
          'the lock on the state directory was taken away: ending at once, so that nothing is decided twice',
        );
        mustEnd.abort();
      });
      const parts = await assemble(
        config,
        logger,
        access,
        () => (life.isStopping ? 'the receiver is stopping' : undefined),
        () => {
          mustEnd.abort();
        },
      );
      const server = createReceiverServer(parts.app, config.receiver.tls, (reason) => {
        parts.metrics.countRefusal(reason);
      });
      const certificates = new CertificateWatch(server, config.receiver.tls, 'receiver.tls', logger);
      server.once('close', () => {
        certificates.close();
      });
      const address = await listen(server, config.receiver.listen, 'receiver.listen');
      if (parts.pair === undefined) await takeUp(parts);
      await prepareIncidents(config, logger);
      return new Receiver(parts, lock, server, address, life, mustEnd.signal);
    } catch (error) {
      await lock.release();
      if (errorCode(error) === undefined || error instanceof UserError) throw error;
      throw new UserError(
        `The state directory ${config.state.directory} cannot be used: ${errorMessage(error)}`,
      );
    }
  }

  /** Takes nothing new in, lets a running rollback finish within its time, and ends. */
  async stop(): Promise<void> {
    const { worker, queue, inbox, ledger, checkpoints, mutex, pair, notifier, logger } = this.#parts;
    this.#life.isStopping = true;
    checkpoints.stop();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await Promise.all([this.#periodic.stop(), worker.stop()]);
    await mutex.idle();
    const finished = queue.stop().then(() => true);
    const inTime = await Promise.race([finished, delay(longestFarewell * 1000, false, { ref: false })]);
    await pair?.close();
    await notifier.stop();
    this.#server.closeAllConnections();
    await closed;
    if (inTime) {
      await inbox.close();
      await ledger.close();
    } else {
      logger.error('a rollback still runs; it is taken up at the next start');
    }
    await this.#lock.release();
  }
}

/** @throws UserError where a secret cannot be read */
function receiverAccess({ receiver }: Config, logger: Logger): Access {
  return new Access(
    {
      tokenFile: receiver.token_file,
      tokenSetting: 'receiver.token_file',
      basicAuth: receiver.basic_auth,
      basicSetting: 'receiver.basic_auth',
    },
    logger,
  );
}

/** So that the folder is the receiver's own, whoever writes the first incident file. Without it all else works. */
async function prepareIncidents({ files }: Config, logger: Logger): Promise<void> {
  try {
    await createIncidentFolder(files.incidents);
  } catch (error) {
    logger.warn(
      { folder: files.incidents, reason: errorMessage(error) },
      'the folder of the incident files cannot be created',
    );
  }
}
