import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { WatchWorkerData } from './trade-tables.js';
import { Watch } from './watch.js';

// A thread of its own: SQLite answers when it has the answer, and nothing else may wait for that. Whoever started it ends it.

const { pollInterval, ...options } = workerData as WatchWorkerData;
const watch = new Watch(options);
for (;;) {
  parentPort?.postMessage(watch.look());
  await delay(watch.isBusy ? 0 : pollInterval * 1000);
}
