import { hostname } from 'node:os';
import { receiverAddress } from '../../config/receiver-address.js';
import type { Config } from '../../config/schema.js';
import type { Logger } from '../../platform/log.js';
import type { Mutex } from '../../platform/mutex.js';
import type { Ledger } from '../../rollback/ledger.js';
import { Lease } from './lease.js';
import { LeaseStore } from './lease-store.js';
import { Pair } from './pair.js';
import { SharedRecord } from './shared-record.js';

export interface PairSettings {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly mutex: Mutex;
  readonly logger: Logger;
  /** called each time this receiver comes to act */
  readonly onTakeOver: () => Promise<void>;
}

/** A receiver's part in a pair, with the connection to the store. */
export interface OpenPair {
  readonly pair: Pair;
  readonly lease: Lease;
  readonly close: () => Promise<void>;
}

/**
 * Connects to the store of the lease; nothing is asked of it yet.
 * @throws UserError where the configuration of Redis cannot be used
 */
export function openPair({ config, ledger, mutex, logger, onTakeOver }: PairSettings): OpenPair {
  const { lease: settings, name } = config.receiver;
  const store = new LeaseStore(config.redis, settings.key_prefix, settings.ttl);
  const receiver = name === '' ? hostname() : name;
  const lease = new Lease({
    store,
    receiver,
    url: receiverAddress(config),
    isPrimary: settings.primary,
    ttlSeconds: settings.ttl,
    logger,
  });
  const shared = new SharedRecord({ receiver, ledger, lease, store, logger });
  const pair = new Pair({ lease, shared, ledger, mutex, logger, onTakeOver });
  const close = async (): Promise<void> => {
    await pair.close();
    store.close();
  };
  return { pair, lease, close };
}
