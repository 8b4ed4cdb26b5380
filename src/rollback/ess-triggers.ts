import { readFileSync } from 'node:fs';
import { errorMessage } from '../platform/errors.js';
import { httpRequest } from '../platform/http-request.js';
import { sumOfCounter } from './exposition.js';

// A program of its own, run by rollback/go-live-ess.sh: prints how often the backend counts that its emergency stop was
// triggered, or `absent` where its metrics know no such counter. Its arguments are the backend's address, and the file of
// the authority that has signed its certificate (empty: those that Node trusts).

/** Longest time for the whole answer, seconds: the emergency stop has little, and the program that asks a little less. */
const timeoutSeconds = 2;
/** What is read of the answer, bytes. */
const keptBytes = 8 * 1024 * 1024;

const [address = '', caFile = ''] = process.argv.slice(2);
try {
  // At the top of its address, whatever path that has: where Prometheus asks as well.
  const url = new URL('/metrics', address).href;
  const tls = caFile === '' ? {} : { ca: readFileSync(caFile) };
  const { status, text } = await httpRequest(url, { tls, timeoutSeconds, keptBytes });
  if (status !== 200) throw new Error(`HTTP ${status}`);
  // Of an answer that is cut off, the last line may be another number.
  const isCut = Buffer.byteLength(text) >= keptBytes;
  const page = isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  process.stdout.write(`${sumOfCounter(page, 'ess_triggers_total') ?? 'absent'}\n`);
} catch (error) {
  process.stderr.write(`${address}: ${errorMessage(error)}\n`);
  process.exitCode = 1;
}
