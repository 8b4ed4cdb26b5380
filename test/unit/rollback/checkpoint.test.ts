import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointPath,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/rollback/checkpoint.js';
import { CheckpointKeeper, recordsBetweenCheckpoints } from '../../../src/rollback/checkpoint-keeper.js';
import { Ledger } from '../../../src/rollback/ledger.js';
import type { Fact } from '../../../src/rollback/records.js';
import { anyFact } from '../../support/facts.js';
import { chainFacts, writeLedgerHistory } from '../../support/ledger-history.js';
import { silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

const restart: Fact = { type: 'restart', role: 'engine', at: 20 };

/** Opens a ledger as the receiver does. */
async function openAtCheckpoint(
  path: string,
): Promise<{ ledger: Ledger; keeper: CheckpointKeeper; ended: () => boolean }> {
  const openedAt = await readCheckpoint(path);
  const ledger = await Ledger.open(path, silent, openedAt?.checkpoint);
  let isEnded = false;
  const keeper = new CheckpointKeeper({
    ledger,
    openedAt,
    logger: silent,
    onDisproved: () => {
      isEnded = true;
    },
  });
  return { ledger, keeper, ended: () => isEnded };
}

/** A long ledger with a checkpoint of all but its newest three records. */
async function longLedger(): Promise<string> {
  const path = join(temporaryFolder(), 'ledger.jsonl');
  writeLedgerHistory(path, recordsBetweenCheckpoints + 100);
  const { ledger, keeper } = await openAtCheckpoint(path);
  await keeper.run();
  for (let count = 0; count < 3; count += 1) await ledger.append(restart);
  await ledger.close();
  return path;
}

/** Changes one of the first records in place. */
function changeEarlyRecord(path: string): void {
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace('"deployment":"canary-2"', '"deployment":"canary-3"'),
  );
}

describe('a checkpoint', () => {
  it('brings a ledger to the same as reading all of it, wherever it was made', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(anyFact, { minLength: 1, maxLength: 30 }), fc.nat(), async (facts, count) => {
        const { lines } = chainFacts(facts);
        const until = 1 + (count % lines.length);
        const write = (part: readonly string[]): void => {
          writeFileSync(path, part.map((line) => `${line}\n`).join(''));
        };
        write(lines.slice(0, until));
        const early = await Ledger.open(path, silent);
        const bytes = encodeCheckpoint(early.checkpoint());
        await early.close();
        write(lines);
        const whole = await Ledger.open(path, silent);
        const part = await Ledger.open(path, silent, decodeCheckpoint(bytes));
        expect(part.state).toEqual(whole.state);
        expect(part.recent).toEqual(whole.recent);
        expect(part.checkpoint()).toEqual(whole.checkpoint());
        await Promise.all([whole.close(), part.close()]);
      }),
      { numRuns: 60 },
    );
  });

  it('is what a start begins at: records before it are not read', async () => {
    const path = await longLedger();
    changeEarlyRecord(path);
    const { ledger } = await openAtCheckpoint(path);
    expect(ledger.records).toBe(recordsBetweenCheckpoints + 103);
    await ledger.append(restart);
    await ledger.close();
    await expect(Ledger.open(path, silent)).rejects.toThrow('is not whole: record');
  });

  it('is left aside where it is not whole, or where another version wrote it', async () => {
    const path = await longLedger();
    const bytes = readFileSync(checkpointPath(path));
    for (const position of [10, 80, 120, 200, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ 1;
      expect(decodeCheckpoint(changed)).toBeUndefined();
    }
    for (const length of [0, 10, 150, bytes.length - 1])
      expect(decodeCheckpoint(bytes.subarray(0, length))).toBeUndefined();
    expect(decodeCheckpoint(bytes)).toBeDefined();
  });

  it('is left aside where the ledger is another one, an older copy, or gone', async () => {
    const path = await longLedger();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(await readCheckpoint(path)).toBeDefined();
    writeFileSync(path, `${lines.slice(0, 50).join('\n')}\n`);
    expect(await readCheckpoint(path)).toBeUndefined();
    writeFileSync(path, `${lines.slice(1).join('\n')}\n`);
    expect(await readCheckpoint(path)).toBeUndefined();
    rmSync(path);
    expect(await readCheckpoint(path)).toBeUndefined();
  });
});

describe('the keeper of checkpoints', () => {
  it('writes none of a short ledger, and one for every few thousand records', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    writeLedgerHistory(path, recordsBetweenCheckpoints - 1);
    const { ledger, keeper } = await openAtCheckpoint(path);
    await keeper.run();
    expect(existsSync(checkpointPath(path))).toBe(false);
    await ledger.append(restart);
    await keeper.run();
    expect((await readCheckpoint(path))?.checkpoint.head.seq).toBe(recordsBetweenCheckpoints);
    await ledger.append(restart);
    await keeper.run();
    expect((await readCheckpoint(path))?.checkpoint.head.seq).toBe(recordsBetweenCheckpoints);
    await ledger.append(...Array.from({ length: recordsBetweenCheckpoints }, () => restart));
    await keeper.run();
    expect((await readCheckpoint(path))?.checkpoint.head.seq).toBe(2 * recordsBetweenCheckpoints + 1);
    await ledger.close();
  });

  it('proves the records before it while more are written, and has nothing to say', async () => {
    const path = await longLedger();
    const { ledger, keeper, ended } = await openAtCheckpoint(path);
    const proof = keeper.run();
    await ledger.append(restart);
    await proof;
    expect(ended()).toBe(false);
    expect(existsSync(checkpointPath(path))).toBe(true);
    await ledger.close();
  });

  it('ends everything where a record before it was changed, and the next start names the record', async () => {
    const path = await longLedger();
    changeEarlyRecord(path);
    const { ledger, keeper, ended } = await openAtCheckpoint(path);
    await keeper.run();
    expect(ended()).toBe(true);
    await ledger.close();
    await expect(openAtCheckpoint(path)).rejects.toThrow('its content does not match its hash');
  });

  it('ends everything where the checkpoint says something else than the records, and the next start reads them', async () => {
    const path = await longLedger();
    const kept = await readCheckpoint(path);
    if (kept === undefined) throw new Error('no checkpoint');
    kept.checkpoint.state.cutover = 7;
    await writeCheckpoint(path, encodeCheckpoint(kept.checkpoint));
    const wrong = await openAtCheckpoint(path);
    expect(wrong.ledger.state.cutover).toBe(7);
    await wrong.keeper.run();
    expect(wrong.ended()).toBe(true);
    await wrong.ledger.close();
    const right = await openAtCheckpoint(path);
    expect(right.ledger.state.cutover).toBeNull();
    await right.ledger.close();
  });

  it('ends everything where the checkpoint remembers the same in another order', async () => {
    const path = await longLedger();
    const kept = await readCheckpoint(path);
    if (kept === undefined) throw new Error('no checkpoint');
    const { deployments } = kept.checkpoint.state;
    const reversed = [...deployments].reverse();
    deployments.clear();
    for (const [id, deployment] of reversed) deployments.set(id, deployment);
    await writeCheckpoint(path, encodeCheckpoint(kept.checkpoint));
    const { ledger, keeper, ended } = await openAtCheckpoint(path);
    await keeper.run();
    expect(ended()).toBe(true);
    await ledger.close();
  });

  it('leaves a proof unfinished when it is told to stop', async () => {
    const path = await longLedger();
    changeEarlyRecord(path);
    const { ledger, keeper, ended } = await openAtCheckpoint(path);
    const proof = keeper.run();
    keeper.stop();
    await proof;
    expect(ended()).toBe(false);
    await ledger.close();
  });

  it('goes on without one that cannot be written', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    writeLedgerHistory(path, recordsBetweenCheckpoints);
    const { ledger, keeper } = await openAtCheckpoint(path);
    rmSync(join(path, '..'), { recursive: true });
    writeFileSync(join(path, '..'), 'no folder');
    await keeper.run();
    await ledger.append(restart);
    expect(ledger.records).toBe(recordsBetweenCheckpoints + 1);
    await ledger.close();
  });
});
