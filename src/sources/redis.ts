/** The one connection to Redis that the collectors share. */
export interface RedisSource {
  close(): Promise<void>;
}
