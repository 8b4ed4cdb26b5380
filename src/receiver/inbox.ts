import { join } from 'node:path';
import { z } from 'zod';
import { webhookAlert, type WebhookAlert } from '../alerts/webhook.js';
import { DurableLog } from '../platform/durable-log.js';
import { GroupCommit } from '../platform/group-commit.js';
import { parseJson } from '../platform/json.js';
import type { Logger } from '../platform/log.js';
import { Trouble } from '../platform/trouble.js';
import { HttpError } from './http-error.js';

/** The file is emptied once it is longer than this and nothing waits, bytes. */
const compactAbove = 4 * 1024 * 1024;
/** What may wait at most, bytes; beyond that senders are told to come again. */
const pendingLimit = 64 * 1024 * 1024;

const entrySchema = z.object({
  id: z.int().positive(),
  /** Unix seconds */
  received_at: z.number(),
  /** SHA-256 of the webhook's body */
  digest: z.string(),
  alerts: z.array(webhookAlert),
});
/** A webhook that was accepted. */
export type InboxEntry = z.infer<typeof entrySchema>;

const lineSchema = z.union([z.object({ done: z.array(z.int()) }), entrySchema]);

interface Pending {
  readonly entry: InboxEntry;
  readonly bytes: number;
}

/** An entry on its way to the disk, with its line. */
interface Incoming extends Pending {
  readonly line: string;
}

/** @param directory `state.directory` of the configuration */
export function inboxPath(directory: string): string {
  return join(directory, 'inbox.jsonl');
}

/**
 * Webhooks that were accepted and not acted upon yet. An accepted one survives a crash: it is acted upon at the next
 * start, maybe a second time, which the decision makes harmless.
 */
export class Inbox {
  readonly #log: DurableLog;
  readonly #writing: Trouble;
  readonly #pending: Map<number, Pending>;
  readonly #commits: GroupCommit<readonly Incoming[], true>;
  /** of what waits and of what is being written */
  #heldBytes = 0;
  #done: number[] = [];
  #nextId: number;

  private constructor(log: DurableLog, writing: Trouble, pending: Map<number, Pending>, nextId: number) {
    this.#log = log;
    this.#writing = writing;
    this.#pending = pending;
    this.#nextId = nextId;
    for (const { bytes } of pending.values()) this.#heldBytes += bytes;
    this.#commits = new GroupCommit((batch) => this.#commit(batch.flat()).then(() => batch.map(() => true)));
  }

  /** @throws the Node system error when the file cannot be opened */
  static async open(path: string, logger: Logger): Promise<Inbox> {
    const pending = new Map<number, Pending>();
    let highest = 0;
    const { log, torn } = await DurableLog.open(path, (text, number) => {
      const line = lineSchema.safeParse(parseJson(text));
      if (!line.success) {
        logger.error({ file: path, line: number }, 'a line of the inbox is unreadable and is left out');
      } else if ('done' in line.data) {
        for (const id of line.data.done) pending.delete(id);
      } else {
        const { id } = line.data;
        highest = Math.max(highest, id);
        pending.set(id, { entry: line.data, bytes: Buffer.byteLength(text) });
      }
    });
    if (torn !== undefined) {
      logger.warn(
        { file: path, bytes: torn.bytes, moved_to: torn.movedTo },
        'the last webhook was half written when the receiver ended; it had not been accepted, so its sender sends it again',
      );
    }
    const writing = new Trouble(logger, {
      begins: 'the inbox cannot be written: webhooks are answered 503, so that their sender sends them again',
      ends: 'the inbox can be written again',
    });
    return new Inbox(log, writing, pending, highest + 1);
  }

  /** How many wait. */
  get size(): number {
    return this.#pending.size;
  }

  /** Writes that failed since this start. */
  get writeErrors(): number {
    return this.#writing.count;
  }

  /** The one that waits longest. */
  oldest(): InboxEntry | undefined {
    return this.#pending.values().next().value?.entry;
  }

  /**
   * Takes a webhook in; resolves when it is on the disk.
   * @throws HttpError 503 when too many wait; the Node system error when it cannot be written
   */
  async add(receivedAt: number, digest: string, alerts: WebhookAlert[]): Promise<void> {
    if (this.#heldBytes > pendingLimit)
      throw new HttpError(503, 'too many webhooks wait to be acted upon', 'inbox_full');
    const entry = { id: this.#nextId, received_at: receivedAt, digest, alerts };
    this.#nextId += 1;
    const line = JSON.stringify(entry);
    const bytes = Buffer.byteLength(line);
    this.#heldBytes += bytes;
    try {
      await this.#commits.submit([{ entry, line, bytes }]);
    } catch (error) {
      this.#heldBytes -= bytes;
      throw error;
    }
  }

  /** The webhook was acted upon. Reaches the disk a little later: to act twice is harmless. */
  markDone(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#heldBytes -= pending.bytes;
    this.#done.push(id);
  }

  /** Writes down what was acted upon. */
  async flush(): Promise<void> {
    if (this.#done.length > 0) await this.#commits.submit([]);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#commits.idle();
    await this.#log.close();
  }

  async #commit(incoming: readonly Incoming[]): Promise<void> {
    // A copy: more is done while this is being written.
    const done = [...this.#done];
    if (this.#pending.size === 0 && this.#log.size > compactAbove) await this.#log.clear();
    const lines = incoming.map(({ line }) => line);
    await this.#writing.watch(() =>
      this.#log.append(done.length === 0 ? lines : [JSON.stringify({ done }), ...lines]),
    );
    this.#done = this.#done.slice(done.length);
    for (const { entry, bytes } of incoming) this.#pending.set(entry.id, { entry, bytes });
  }
}
