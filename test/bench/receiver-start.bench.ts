import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { checkpointPath } from '../../src/rollback/checkpoint.js';
import { recordsBetweenCheckpoints } from '../../src/rollback/checkpoint-keeper.js';
import { ledgerPath } from '../../src/rollback/ledger.js';
import { writeLedgerHistory } from '../support/ledger-history.js';
import { temporaryFolder } from '../support/workspace.js';
import { quantile, report, reportMachine, residentMegabytes } from './measure.js';

const starts = 5;

reportMachine();

describe('start of the receiver', () => {
  it.each([0, 10_000, 100_000])('with a ledger of %i records', async (records) => {
    const folder = temporaryFolder();
    const state = join(folder, 'state');
    mkdirSync(state);
    if (records > 0) writeLedgerHistory(ledgerPath(state), records);
    const megabytes = records > 0 ? statSync(ledgerPath(state)).size / 1e6 : 0;
    const seconds: number[] = [];
    const resident: number[] = [];
    // The first start reads all of a ledger that no receiver wrote, and leaves its checkpoint.
    const first = await measureStart(folder, records >= recordsBetweenCheckpoints ? state : undefined);
    for (let start = 0; start < starts; start += 1) {
      const measured = await measureStart(folder);
      seconds.push(measured.seconds);
      resident.push(measured.resident);
    }
    report(
      `ledger of ${records} records, ${megabytes.toFixed(1)} MB: started -> ready ${first.seconds.toFixed(2)} s without a checkpoint, then median ${quantile(seconds, 0.5).toFixed(2)} max ${Math.max(...seconds).toFixed(2)} s; resident ${Math.max(...resident).toFixed(0)} MB`,
    );
    expect(seconds).toHaveLength(starts);
  });
});

/**
 * Starts a receiver and ends it once it is ready.
 * @param checkpointIn the folder of the state where a checkpoint is waited for too; undefined: none is
 */
async function measureStart(
  folder: string,
  checkpointIn?: string,
): Promise<{ seconds: number; resident: number }> {
  const port = await freePort();
  const config = join(folder, 'redline.yml');
  writeFileSync(join(folder, 'receiver.token'), 'a-token-for-this-measurement\n', { mode: 0o600 });
  writeFileSync(config, stringify({ receiver: { listen: `127.0.0.1:${port}` } }));
  const started = performance.now();
  const receiver = spawn(
    process.execPath,
    [join(packageRoot, 'bin', 'redline.mjs'), '--config', config, 'receiver'],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const ready = await poll(async () => (await isReady(port)) || hasEnded(receiver) || undefined, 60, 0.005);
  const seconds = (performance.now() - started) / 1000;
  expect(ready).toBe(true);
  expect(hasEnded(receiver)).toBe(false);
  const resident = residentMegabytes(receiver.pid ?? 0);
  if (checkpointIn !== undefined)
    await poll(() => existsSync(checkpointPath(ledgerPath(checkpointIn))) || undefined, 60);
  const ended = once(receiver, 'exit');
  receiver.kill('SIGTERM');
  await ended;
  return { seconds, resident };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Not `fetch`: it costs the machine that starts the receiver several times as much. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/-/ready', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', () => {
      resolve(false);
    });
  });
}
