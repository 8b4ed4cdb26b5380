import type { RedisClient } from '../config/redis-client.js';
import type { RedisSource } from './redis.js';
import { valueOf, type Reply } from './redis-reply.js';
import { SourceError } from './source-error.js';

/** A command and its arguments. */
export type Command = readonly (string | number)[];

/** How a key of one type is read, and what comes of it. */
export interface KeyShape<T> {
  readonly type: 'string' | 'hash' | 'list' | 'stream';
  readonly commands: (key: string) => readonly Command[];
  /** @throws SourceError */
  readonly read: (replies: readonly Reply[]) => T;
}

/** What is known of a key since it was last read. */
interface Answer<T> {
  /** undefined: unknown */
  readonly exists: boolean | undefined;
  readonly value: T | undefined;
  readonly error: SourceError | undefined;
}

const absent = { exists: false, value: undefined, error: undefined } as const;

/** A key that may be of several types. It is asked for as what it was last, so that one round trip does, mostly. */
export class RedisKey<T> {
  readonly key: string;
  readonly #shapes: readonly [KeyShape<T>, ...KeyShape<T>[]];
  #expected: KeyShape<T>;
  #answer: Answer<T> = { ...absent, exists: undefined };

  constructor(key: string, ...shapes: [KeyShape<T>, ...KeyShape<T>[]]) {
    this.key = key;
    this.#shapes = shapes;
    this.#expected = shapes[0];
  }

  /** Whether Redis has the key, of whatever type; undefined while unknown. */
  get exists(): boolean | undefined {
    return this.#answer.exists;
  }

  /**
   * What the key held when it was last read.
   * @returns undefined where there is no such key
   * @throws SourceError where it could not be read
   */
  value(): T | undefined {
    if (this.#answer.error !== undefined) throw this.#answer.error;
    return this.#answer.value;
  }

  /** The answer, for people. */
  describe(): unknown {
    const { exists, value, error } = this.#answer;
    return { key: this.key, exists, value, error: error?.message };
  }

  /** What to ask of Redis. */
  commands(): readonly Command[] {
    return [['type', this.key], ...this.#expected.commands(this.key)];
  }

  /**
   * Takes the replies to its commands.
   * @returns false where it has to be asked again, since it is of another type than it was
   */
  take([type, ...replies]: readonly Reply[]): boolean {
    try {
      const shape = this.#shapeOf(String(valueOf(type)));
      const isExpected = shape === this.#expected;
      this.#expected = shape ?? this.#shapes[0];
      if (shape === undefined) this.#answer = absent;
      else if (isExpected) this.#answer = { exists: true, value: shape.read(replies), error: undefined };
      else this.#answer = { exists: true, value: undefined, error: changing(this.key) };
      return shape === undefined || isExpected;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const exists = error.reason === 'refused' ? undefined : true;
      this.#answer = { exists, value: undefined, error };
      return true;
    }
  }

  /** @returns undefined where there is no such key */
  #shapeOf(type: string): KeyShape<T> | undefined {
    if (type === 'none') return undefined;
    const shape = this.#shapes.find((candidate) => candidate.type === type);
    if (shape !== undefined) return shape;
    const known = this.#shapes.map((candidate) => candidate.type).join(' or a ');
    throw new SourceError('wrong_type', `${this.key} is a ${type} and not a ${known}`);
  }
}

function changing(key: string): SourceError {
  return new SourceError('wrong_type', `${key} changes its type while it is read`);
}

/**
 * Reads keys: in one round trip, and a second one for those whose type has changed. One that cannot be read costs no
 * other its value.
 * @throws SourceError where Redis does not answer
 */
export async function readKeys(
  redis: RedisSource,
  keys: readonly RedisKey<unknown>[],
  signal: AbortSignal,
): Promise<void> {
  const others = await readOnce(redis, keys, signal);
  if (others.length > 0) await readOnce(redis, others, signal);
}

/** @returns the keys that are to be asked again */
async function readOnce(
  redis: RedisSource,
  keys: readonly RedisKey<unknown>[],
  signal: AbortSignal,
): Promise<readonly RedisKey<unknown>[]> {
  const questions = keys.map((key) => key.commands());
  const replies = await redis.ask(signal, (client) =>
    // A cluster may have them on several nodes, and a pipeline goes to one.
    client.isCluster
      ? Promise.all(questions.map((commands) => exchange(client, commands)))
      : exchangeAll(client, questions),
  );
  return keys.filter((key, index) => !key.take(replies[index] ?? []));
}

async function exchangeAll(
  client: RedisClient,
  questions: readonly (readonly Command[])[],
): Promise<readonly (readonly Reply[])[]> {
  const replies = await exchange(client, questions.flat());
  let end = 0;
  return questions.map(({ length }) => replies.slice(end, (end += length)));
}

/** @throws the error of a connection that is gone; those by which Redis answers are replies */
async function exchange(client: RedisClient, commands: readonly Command[]): Promise<readonly Reply[]> {
  const replies = (await client.pipeline(commands.map((command) => [...command])).exec()) ?? [];
  for (const [error] of replies) if (error !== null && error.name !== 'ReplyError') throw error;
  return replies;
}
