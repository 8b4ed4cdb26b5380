import { Flaws, flawReasons } from '../readings/flaws.js';
import type { RedisSource } from '../sources/redis.js';
import { readKeys, type RedisKey } from '../sources/redis-key.js';
import { collectEach } from './collect-each.js';
import { CollectorError, type CollectContext, type ErrorReason } from './collector.js';
import { redisKeyExists } from './shared-metrics.js';

/** What can be wrong with a key and with what it holds. */
export const keyReasons: readonly ErrorReason[] = [
  'unreachable',
  'refused',
  'wrong_type',
  'unreadable',
  ...flawReasons,
];

/** A key and what is made of it. */
export interface KeyPart {
  /** its name in the configuration */
  readonly name: string;
  readonly key: RedisKey<unknown>;
  /** @throws CollectorError, SourceError where nothing came of the key; one that is not there is no error */
  readonly collect: (context: CollectContext) => void;
}

/**
 * @param use sets the series of what the key holds, notes what is wrong with it, and says whether anything came of it
 * @param absent what a key that is not there stands for; without it, `use` is not called then
 */
export function keyPart<T>(
  name: string,
  key: RedisKey<T>,
  use: (value: T, context: CollectContext, flaws: Flaws) => boolean,
  absent?: T,
): KeyPart {
  return {
    name,
    key,
    collect: (context) => {
      const value = key.value() ?? absent;
      if (value === undefined) return;
      const flaws = new Flaws();
      const isUsable = use(value, context, flaws);
      report(context, name, flaws, isUsable);
    },
  };
}

/** Counts what is wrong; the runner, or who collects several keys, counts what is thrown. */
function report(context: CollectContext, name: string, flaws: Flaws, isUsable: boolean): void {
  const found = [...flaws].map(({ reason, detail }) => ({ reason, detail: `${name}: ${detail}` }));
  const cause = isUsable ? undefined : found.pop();
  for (const { reason, detail } of found) context.error(reason, detail);
  if (cause !== undefined) throw new CollectorError(cause.reason, cause.detail);
}

/**
 * Reads the keys and sets the series of each. One that is of the wrong type or holds something else than it should is
 * counted as an error and costs no other its series.
 * @throws CollectorError, SourceError where Redis does not answer or none of the keys gives anything
 */
export async function collectKeys(
  context: CollectContext,
  redis: RedisSource,
  parts: readonly KeyPart[],
): Promise<void> {
  await readKeys(
    redis,
    parts.map(({ key }) => key),
    context.signal,
  );
  for (const { name, key } of parts) {
    context.trace(name, () => key.describe());
    context.set(redisKeyExists, { key: name }, key.exists === undefined ? undefined : Number(key.exists));
  }
  await collectEach(
    context,
    parts.map(({ collect }) => () => {
      collect(context);
    }),
  );
}
