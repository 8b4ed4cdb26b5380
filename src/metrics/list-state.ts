import { z } from 'zod';
import { describeTarget } from '../config/redis-options.js';
import type { Config } from '../config/schema.js';

/** Up to where a list was read, as it is kept over a restart. */
export const keptPosition = z.strictObject({
  /** which list that was: another one begins anew */
  list: z.string(),
  length: z.int().nonnegative(),
  head: z.array(z.string()).max(100).readonly(),
});
export type KeptPosition = z.output<typeof keptPosition>;

/** Which list a key of the configuration is: the same key of another Redis is another list. */
export function listIdentity(config: Config['redis'], key: string): string {
  return `${describeTarget(config)}${new URL(config.url).pathname} ${key}`;
}
