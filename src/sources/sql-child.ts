import { Worker } from 'node:worker_threads';
import { errorCode, errorMessage } from '../platform/errors.js';
import type { SqlAnswer, SqlProblem, sqlReady } from './sql-protocol.js';

// A program of its own, so that a query that takes too long can be killed: SQLite is native code, which nothing else
// interrupts. The query runs in a thread, so that this one sees meanwhile that the exporter is gone, or memory runs out.

/** Most memory that the process may take, bytes: SQLite's own is not limited by any setting of Node. */
const mostMemory = 256 * 1024 * 1024;
/** How often that is looked at, milliseconds. */
const lookEvery = 100;
/** The heap of the thread, which holds the rows, MiB. */
const threadHeap = 64;

/** Nothing gentler ends a process in a native call. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function tell(message: SqlAnswer | typeof sqlReady, told: () => void = () => undefined): void {
  process.send?.(message, told);
}

function giveUp(reason: SqlProblem['reason'], message: string): void {
  tell({ problem: { reason, message } }, end);
}

// Whoever started it decides when it ends.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', end);
// It may be gone since before this program was loaded.
if (!process.connected) end();

let isBusy = false;
const worker = new Worker(new URL('sql-worker.js', import.meta.url), {
  resourceLimits: { maxOldGenerationSizeMb: threadHeap },
});
worker.on('message', (said: SqlAnswer | typeof sqlReady) => {
  isBusy = false;
  tell(said);
});
worker.once('error', (error) => {
  const isMemory = errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY';
  giveUp(isMemory ? 'oversized' : 'unreadable', `the process for queries fails: ${errorMessage(error)}`);
});
process.on('message', (request) => {
  isBusy = true;
  worker.postMessage(request);
});
setInterval(() => {
  if (isBusy && process.memoryUsage.rss() > mostMemory)
    giveUp('oversized', `the query needs more than ${mostMemory / 1024 / 1024} MiB of memory: it was killed`);
}, lookEvery);
