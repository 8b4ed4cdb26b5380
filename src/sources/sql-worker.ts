import { parentPort } from 'node:worker_threads';
import { sqlReady, type SqlRequest } from './sql-protocol.js';
import { SqlReader } from './sql-reader.js';

// The thread of src/sources/sql-child.ts that queries run in.

const reader = new SqlReader();
// Sent by SqlProcess of the same version, so it is what it must be.
parentPort?.on('message', (request: SqlRequest) => {
  parentPort?.postMessage(reader.read(request));
});
// Not before SQLite is loaded: that is what can fail.
parentPort?.postMessage(sqlReady);
