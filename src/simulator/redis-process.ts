import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../platform/errors.js';

const loopback = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

/** The redis-server of a demonstration, which may be made to stand still. */
export class RedisProcess {
  readonly #pid: number;

  private constructor(pid: number) {
    this.#pid = pid;
  }

  /**
   * Finds the process behind a connection, by what the server says of itself and what the system says of that pid.
   * @param info fields of `INFO server`
   * @throws UserError when it is not surely a redis-server of this machine and user
   */
  static find(url: string, info: ReadonlyMap<string, string>): RedisProcess {
    if (process.platform !== 'linux') throw refusal('it is done through /proc, which only Linux has');
    const host = new URL(url).hostname;
    if (!loopback.has(host)) throw refusal(`redis.url names ${host}, which is not this machine`);
    const pid = Number(info.get('process_id'));
    if (!Number.isInteger(pid) || pid <= 1) throw refusal('Redis does not tell its process');
    try {
      const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const isRedis = basename(program.split(' ')[0] ?? '').startsWith('redis-server');
      if (!isRedis || statSync(`/proc/${pid}`).uid !== process.getuid?.())
        throw refusal(`process ${pid} of this machine is not your redis-server`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw refusal(`process ${pid} is not one of this machine`);
    }
    return new RedisProcess(pid);
  }

  /** It keeps its connections and answers nothing. */
  halt(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  /** Ends `halt`; nothing where the process has gone. */
  resume(): void {
    try {
      process.kill(this.#pid, 'SIGCONT');
    } catch {
      // It was ended meanwhile; there is nothing to resume.
    }
  }
}

function refusal(reason: string): UserError {
  return new UserError(`redis-down stops the demonstration's own Redis only: ${reason}.`);
}
