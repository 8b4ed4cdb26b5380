import { parentPort, workerData } from 'node:worker_threads';
import { checkIntegrity } from '../../sources/sqlite-integrity.js';
import type { IntegrityWorkerData } from './trade-tables.js';

// A thread of its own, and one check long: a look at the whole file takes as long as its size wants.

const { path, busyTimeout } = workerData as IntegrityWorkerData;
parentPort?.postMessage(checkIntegrity(path, busyTimeout));
