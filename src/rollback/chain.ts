import { hash as digest } from 'node:crypto';
import { errorMessage } from '../platform/errors.js';
import {
  factSchema,
  factTypes,
  isFact,
  isFenced,
  isLink,
  type Fact,
  type LedgerRecord,
  type Link,
} from './records.js';

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

/** How each line ends. */
const hashField = /^,"hash":"([0-9a-f]{64})"\}$/;
const hashFieldLength = ',"hash":""}'.length + 64;

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
  const json = parseLink(line, number);
  if (json.prev !== head.hash) throw new ChainError(number, misplaced(json.seq, head));
  if (json.seq !== head.seq + 1)
    throw new ChainError(number, `its number is ${json.seq} where ${head.seq + 1} must stand`);
  return factOf(json, number);
}

/**
 * What a line must follow if it is a record at all: for a ledger that is read from the middle.
 * @throws ChainError naming the line and what is wrong with it
 */
export function headBefore(line: string, number: number): ChainHead {
  const { seq, prev } = parseLink(line, number);
  return { seq: seq - 1, hash: prev };
}

/** SHA-256 as hexadecimal text. */
export function sha256(content: string | Uint8Array): string {
  return digest('sha256', content);
}

/** The line as JSON, proven to be what its hash says. */
function parseLink(line: string, number: number): Link {
  // Only the end is searched: lines may be long, and there may be very many.
  const hash = hashField.exec(line.slice(-hashFieldLength))?.[1];
  if (hash === undefined) throw new ChainError(number, noRecord(line));
  const json = parseJson(line, number);
  if (sha256(`${line.slice(0, -hashFieldLength)}}`) !== hash)
    throw new ChainError(number, 'its content does not match its hash: it was changed');
  if (!isLink(json)) throw new ChainError(number, 'it lacks its number, its time or its link');
  return isFenced(json) ? json : { ...json, fence: 0 };
}

function noRecord(line: string): string {
  if (line === '') return 'it is empty';
  if (line.endsWith('\r'))
    return 'it ends with a carriage return: the file was converted to the line ends of another system';
  return 'it does not end with its hash';
}

function misplaced(seq: number, head: ChainHead): string {
  const numbers = seq === head.seq + 1 ? '' : ` (its number is ${seq} where ${head.seq + 1} must stand)`;
  return `it does not follow the record before it: a record was changed, removed, added or moved${numbers}`;
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new ChainError(number, `it is no JSON: ${errorMessage(error)}`);
  }
}

function factOf(json: Link, number: number): LedgerRecord {
  if (isFact(json)) return json;
  const fact = factSchema.safeParse(json);
  if (fact.success) {
    const { seq, time, fence, origin, prev, hash } = json;
    return { seq, time, fence, ...(origin === undefined ? {} : { origin }), ...fact.data, prev, hash };
  }
  const type = 'type' in json && typeof json.type === 'string' ? json.type : '';
  if (!factTypes.has(type))
    throw new ChainError(
      number,
      `its type "${type}" is none that this version knows, though its hash is right: a newer version wrote it, and must read it`,
    );
  const issue = fact.error.issues[0];
  throw new ChainError(
    number,
    `it is no ${type} that this version knows, though its hash is right: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd(),
  );
}
