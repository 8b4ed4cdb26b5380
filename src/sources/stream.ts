import type { ChainableCommander } from 'ioredis';
import type { RedisSource } from './redis.js';
import { valueOf, type Reply } from './redis-reply.js';
import { SourceError } from './source-error.js';

/** One entry of a stream. */
export interface StreamEntry {
  readonly id: string;
  /** names and values in turn */
  readonly fields: readonly string[];
  /** characters of all of them */
  readonly size: number;
}

/** What Redis says of a stream. Undefined: this version of Redis does not tell. */
export interface StreamStatus {
  readonly length: number;
  readonly lastGeneratedId: string;
  /** undefined where the stream is empty */
  readonly firstId: string | undefined;
  readonly entriesAdded: number | undefined;
  readonly maxDeletedId: string | undefined;
  /** characters of the first and the last entry, which Redis sends along */
  readonly size: number;
}

/** One look at a stream: status and entries of the same instant. */
export interface StreamLook {
  /** undefined where there is no such key, or where it was not asked for */
  readonly status: StreamStatus | undefined;
  readonly length: number;
  readonly entries: readonly StreamEntry[];
}

/** The id of no entry: below every other. */
export const beforeFirst = '0-0';

/** Reads one stream. Redis 5 and later. */
export class StreamReader {
  readonly #redis: RedisSource;
  readonly #key: string;

  constructor(redis: RedisSource, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /**
   * The oldest entries after an id, in one round trip and of one instant with the stream's status.
   * @param withStatus false saves the first and the last entry, which Redis sends along with the status
   * @throws SourceError
   */
  async after(id: string, count: number, withStatus: boolean, signal: AbortSignal): Promise<StreamLook> {
    return this.#look(withStatus, signal, (multi) => multi.xrange(this.#key, next(id), '+', 'COUNT', count));
  }

  /**
   * The newest entries, newest first, with the stream's status.
   * @throws SourceError
   */
  async newest(count: number, signal: AbortSignal): Promise<StreamLook> {
    return this.#look(true, signal, (multi) => multi.xrevrange(this.#key, '+', '-', 'COUNT', count));
  }

  /**
   * The newest entries before an id, newest first.
   * @throws SourceError
   */
  async before(id: string, count: number, signal: AbortSignal): Promise<readonly StreamEntry[]> {
    const end = previous(id);
    if (end === undefined) return [];
    const reply = await this.#redis.ask(signal, (client) =>
      client.xrevrange(this.#key, end, '-', 'COUNT', count),
    );
    return readEntries(reply);
  }

  async #look(
    withStatus: boolean,
    signal: AbortSignal,
    addRange: (multi: ChainableCommander) => ChainableCommander,
  ): Promise<StreamLook> {
    const replies = await this.#redis.ask(signal, async (client) => {
      const multi = client.multi();
      return addRange(withStatus ? multi.xinfo('STREAM', this.#key) : multi.xlen(this.#key)).exec();
    });
    if (replies === null) throw new SourceError('unreachable', 'Redis gave the transaction up');
    const [facts, range] = replies;
    const status = withStatus ? readStatus(facts) : undefined;
    return {
      status,
      length: withStatus ? (status?.length ?? 0) : Number(valueOf(facts)),
      entries: readEntries(valueOf(range)),
    };
  }
}

/** The order of stream ids: below 0, 0 or above 0, as a sort wants it. Exact also beyond 2^53. */
export function compareIds(left: string, right: string): number {
  const [leftMs = '', leftSequence = ''] = left.split('-');
  const [rightMs = '', rightSequence = ''] = right.split('-');
  return compareNumbers(leftMs, rightMs) || compareNumbers(leftSequence, rightSequence);
}

/** Redis writes numbers without leading zeros, so the longer one is the larger one. */
function compareNumbers(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Milliseconds of an id. */
export function millisecondsOf(id: string): number {
  return Number(id.split('-', 1)[0]);
}

const maxSequence = 2n ** 64n - 1n;

/** The id that follows: an exclusive range, which Redis knows only since 6.2. */
function next(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  const following = BigInt(sequence) + 1n;
  return following > maxSequence ? `${BigInt(ms) + 1n}-0` : `${ms}-${following}`;
}

function previous(id: string): string | undefined {
  const [ms = '0', sequence = '0'] = id.split('-');
  if (sequence !== '0') return `${ms}-${BigInt(sequence) - 1n}`;
  return ms === '0' ? undefined : `${BigInt(ms) - 1n}-${maxSequence}`;
}

/**
 * The reply to XINFO STREAM.
 * @returns undefined where there is no such key
 * @throws SourceError
 */
export function readStatus(reply: Reply): StreamStatus | undefined {
  let raw: unknown;
  try {
    raw = valueOf(reply);
  } catch (error) {
    if (error instanceof SourceError && error.message.includes('no such key')) return undefined;
    throw error;
  }
  if (!Array.isArray(raw)) throw new SourceError('invalid_value', 'XINFO STREAM answered no list');
  const facts = new Map<unknown, unknown>();
  for (let index = 0; index + 1 < raw.length; index += 2) facts.set(raw[index], raw[index + 1]);
  const first = readEntry(facts.get('first-entry'));
  const last = readEntry(facts.get('last-entry'));
  const added = facts.get('entries-added');
  const deleted = facts.get('max-deleted-entry-id');
  return {
    length: Number(facts.get('length')),
    lastGeneratedId: String(facts.get('last-generated-id')),
    firstId: first?.id,
    entriesAdded: typeof added === 'number' ? added : undefined,
    maxDeletedId: typeof deleted === 'string' ? deleted : undefined,
    size: (first?.size ?? 0) + (last?.size ?? 0),
  };
}

/**
 * The entries of a range, in its order.
 * @throws SourceError where it is none
 */
export function readEntries(raw: unknown): readonly StreamEntry[] {
  if (!Array.isArray(raw)) throw new SourceError('invalid_value', 'XRANGE answered no list');
  return raw.flatMap((item: unknown) => readEntry(item) ?? []);
}

function readEntry(raw: unknown): StreamEntry | undefined {
  if (!Array.isArray(raw)) return undefined;
  const [id, fields] = raw as unknown[];
  if (typeof id !== 'string' || !Array.isArray(fields)) return undefined;
  const texts = fields.map(String);
  return { id, fields: texts, size: texts.reduce((sum, text) => sum + text.length, 0) };
}
