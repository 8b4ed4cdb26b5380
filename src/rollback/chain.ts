import { hash as digest } from 'node:crypto';
import { errorMessage } from '../platform/errors.js';
import { factSchema, isLink, type Fact, type LedgerRecord } from './records.js';

/** The last record of a chain, as far as the next one must know it. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first record. */
export const chainStart: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** A record that does not follow from the one before it. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
  /** the line in the ledger, from 1 */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(`record ${line}: ${reason}`);
    this.line = line;
  }
}

const hashField = /,"hash":"([0-9a-f]{64})"\}$/;

/** Under which lease a record is written, and who recorded its fact first. */
export type Provenance = Pick<LedgerRecord, 'fence' | 'origin'>;

/** Puts a fact behind the head of a chain and gives it its line. */
export function chainRecord(
  fact: Fact,
  time: number,
  head: ChainHead,
  { fence, origin }: Provenance = { fence: 0 },
): { record: LedgerRecord; line: string } {
  const from = origin === undefined ? {} : { origin };
  const body = { seq: head.seq + 1, time, fence, ...from, ...fact, prev: head.hash };
  const text = JSON.stringify(body);
  const hash = sha256(text);
  return { record: { ...body, hash }, line: `${text.slice(0, -1)},"hash":"${hash}"}` };
}

/**
 * Reads a line of the ledger and proves that it follows the head.
 * @throws ChainError naming the line and what is wrong with it
 */
export function readRecord(line: string, number: number, head: ChainHead): LedgerRecord {
  const hash = hashField.exec(line)?.[1];
  if (hash === undefined) throw new ChainError(number, 'it does not end with its hash');
  const record = parse(line, number);
  if (sha256(`${line.slice(0, line.lastIndexOf(',"hash":"'))}}`) !== hash)
    throw new ChainError(number, 'its content does not match its hash: it was changed');
  if (record.prev !== head.hash)
    throw new ChainError(number, 'it does not follow the record before it: a record was changed or removed');
  if (record.seq !== head.seq + 1)
    throw new ChainError(number, `its number is ${record.seq} where ${head.seq + 1} must stand`);
  return record;
}

/** SHA-256 as hexadecimal text. */
export function sha256(content: string | Uint8Array): string {
  return digest('sha256', content);
}

function parse(line: string, number: number): LedgerRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new ChainError(number, `it is no JSON: ${errorMessage(error)}`);
  }
  if (!isLink(json)) throw new ChainError(number, 'it lacks its number, its time or its link');
  const fact = factSchema.safeParse(json);
  if (fact.success) {
    const { seq, time, fence = 0, origin, prev, hash } = json;
    return { seq, time, fence, ...(origin === undefined ? {} : { origin }), ...fact.data, prev, hash };
  }
  const issue = fact.error.issues[0];
  throw new ChainError(
    number,
    `it is no record that this version knows: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd(),
  );
}
