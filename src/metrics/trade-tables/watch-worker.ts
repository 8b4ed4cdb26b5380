import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { transferable } from '../rendered-series.js';
import { reportOf } from './look-report.js';
import type { WatchWorkerData } from './trade-tables.js';
import { Watch } from './watch.js';

// A thread of its own: SQLite answers when it has the answer, and nothing else may wait for that. Whoever started it ends it.

const { pollInterval, ...options } = workerData as WatchWorkerData;
const watch = new Watch(options);
for (;;) {
  const report = reportOf(watch.look());
  parentPort?.postMessage(report, transferable(report.series));
  await delay(watch.isBusy ? 0 : pollInterval * 1000);
}
