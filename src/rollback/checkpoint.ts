import { open, readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { writeFileAtomically } from '../platform/files.js';
import { packageVersion } from '../platform/package-root.js';
import { sha256, type ChainHead } from './chain.js';
import type { LedgerRecord } from './records.js';
import type { LedgerState } from './state.js';

/**
 * What a ledger amounted to at one of its records, so that a start reads only what came after. It may be lost at any time:
 * the ledger alone counts, and proves it (`CheckpointKeeper`).
 */
export interface Checkpoint {
  /** the last record that is in it */
  readonly head: ChainHead;
  /** where the line of that record ends in the ledger, bytes */
  readonly offset: number;
  readonly state: LedgerState;
  /** the newest records, oldest first */
  readonly recent: LedgerRecord[];
}

/** Of what the file is: only the very program that wrote it may take it for what it meant. */
const writer = `redline ledger checkpoint 3, redline ${packageVersion}, node ${process.version}`;

/** @param ledger path of the ledger */
export function checkpointPath(ledger: string): string {
  return `${ledger}.checkpoint`;
}

/** As it is kept: a line that says who wrote it, one with the SHA-256 of the rest, and the rest. */
export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const body = serialize(checkpoint);
  return Buffer.concat([Buffer.from(`${writer}\n${sha256(body)}\n`), body]);
}

/** @returns undefined for what another version wrote, and for what is not whole */
export function decodeCheckpoint(bytes: Buffer): Checkpoint | undefined {
  const bodyStart = writer.length + 1 + 64 + 1;
  const body = bytes.subarray(bodyStart);
  if (bytes.toString('latin1', 0, bodyStart) !== `${writer}\n${sha256(body)}\n`) return undefined;
  // The two lines before it prove that it is what encodeCheckpoint made.
  return deserialize(body) as Checkpoint;
}

/** @throws the Node system error when it cannot be written; then the former one stays */
export async function writeCheckpoint(ledger: string, bytes: Buffer): Promise<void> {
  await writeFileAtomically(checkpointPath(ledger), bytes, 0o600);
}

/** A checkpoint with the bytes that it was kept as. */
export interface KeptCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly bytes: Buffer;
}

/**
 * The checkpoint of a ledger.
 * @param ledger path of the ledger
 * @returns undefined where there is none, where it is not whole, and where the ledger is not the one that it was made of
 * @throws the Node system error of a ledger that can be opened and not read
 */
export async function readCheckpoint(ledger: string): Promise<KeptCheckpoint | undefined> {
  const bytes = await readIfPresent(checkpointPath(ledger));
  if (bytes === undefined) return undefined;
  const checkpoint = decodeCheckpoint(bytes);
  if (checkpoint === undefined || !(await endsWith(ledger, checkpoint))) return undefined;
  return { checkpoint, bytes };
}

/** Whatever keeps it from being read: all of the ledger is read then, which says what is the matter. */
async function readIfPresent(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}

/** Whether the record stands where it did: not in a ledger that was replaced, cut or restored from an older copy. */
async function endsWith(ledger: string, { head, offset }: Checkpoint): Promise<boolean> {
  const expected = Buffer.from(`,"hash":"${head.hash}"}\n`);
  const found = Buffer.alloc(expected.length);
  const file = await open(ledger, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    await file.read(found, 0, found.length, offset - found.length);
  } finally {
    await file.close();
  }
  return found.equals(expected);
}
