import { createHash, randomBytes } from 'node:crypto';

/** Sessions that are open at the same time; the oldest goes when there is one more. */
const mostSessions = 32;
/** A session ends so long after its login, whatever happens in it, seconds: a shift. */
export const sessionSeconds = 8 * 3600;
/** An order that was prepared waits so long to be confirmed, seconds. */
const orderSeconds = 120;

/** What a person prepared, and is asked to confirm. */
export type PreparedOrder =
  | {
      readonly kind: 'rollback';
      readonly plan: string;
      /** id of the deployment that it was prepared for */
      readonly deployment: string;
      readonly reason: string;
    }
  | { readonly kind: 'kill switch'; readonly on: boolean; readonly reason: string };

interface Waiting {
  readonly id: string;
  readonly order: PreparedOrder;
  /** seconds of the clock */
  readonly until: number;
}

/** A person who is logged in. */
export class Session {
  readonly operator: string;
  /** each order of the session must bring it */
  readonly csrf = randomId();
  /** with which it was opened: it is over once that is no secret of the receiver any more */
  readonly secret: string;
  readonly until: number;
  #waiting: Waiting | undefined;

  /** @param until when it ends, seconds of the clock */
  constructor(operator: string, secret: string, until: number) {
    this.operator = operator;
    this.secret = secret;
    this.until = until;
  }

  /** Remembers one order to be confirmed; one from before is forgotten. @returns its id */
  prepare(order: PreparedOrder, now: number): string {
    const id = randomId();
    this.#waiting = { id, order, until: now + orderSeconds };
    return id;
  }

  /** Takes the prepared order, once. @returns undefined where it is another, too old, or taken already */
  take(id: string, now: number): PreparedOrder | undefined {
    const waiting = this.#waiting;
    if (waiting?.id !== id) return undefined;
    this.#waiting = undefined;
    return now <= waiting.until ? waiting.order : undefined;
  }
}

export interface SessionsOptions {
  /** whether a secret is one of the receiver's now */
  readonly accepts: (secret: string) => boolean;
  /** a clock that never goes back, seconds */
  readonly now?: () => number;
}

/** Who is logged in, in memory alone: a restart of the receiver ends every session. */
export class Sessions {
  readonly #accepts: (secret: string) => boolean;
  readonly now: () => number;
  /** by the digest of their ids, oldest first */
  readonly #sessions = new Map<string, Session>();

  constructor({ accepts, now = () => performance.now() / 1000 }: SessionsOptions) {
    this.#accepts = accepts;
    this.now = now;
  }

  /** @returns the id of the new session, a secret; undefined where the receiver's secret is wrong */
  open(operator: string, secret: string): string | undefined {
    if (!this.#accepts(secret)) return undefined;
    const id = randomId();
    this.#sessions.set(digest(id), new Session(operator, secret, this.now() + sessionSeconds));
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= mostSessions) break;
      this.#sessions.delete(oldest);
    }
    return id;
  }

  /** The session of an id; undefined where there is none, or none any more. */
  find(id: string | undefined): Session | undefined {
    if (id === undefined) return undefined;
    const key = digest(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (this.now() < session.until && this.#accepts(session.secret)) return session;
    this.#sessions.delete(key);
    return undefined;
  }

  close(id: string | undefined): void {
    if (id !== undefined) this.#sessions.delete(digest(id));
  }
}

/** 256 bits that nobody can guess. */
function randomId(): string {
  return randomBytes(32).toString('base64url');
}

/** What is looked up is the digest, so that the time of it tells nothing of an id. */
function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
