import type { Request, Response } from 'express';
import { sessionSeconds } from './sessions.js';

/** Where a browser keeps the id of its session: not for scripts, and sent with no request that another site began. */
export class SessionCookie {
  readonly #name: string;
  readonly #attributes: string;

  /**
   * @param publicUrl where browsers reach the receiver
   * @param isSecure whether by HTTPS: then it is never sent in clear text
   */
  constructor(publicUrl: string, isSecure: boolean) {
    // Browsers tell hosts apart and not ports: each receiver of a host has a name of its own.
    const { port } = new URL(publicUrl);
    const name = `redline-session${port === '' ? '' : `-${port}`}`;
    // The prefix makes browsers refuse one that another host, or plain HTTP, has set.
    this.#name = isSecure ? `__Host-${name}` : name;
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** The id that a request brings; undefined where it brings none. */
  read(request: Request): string | undefined {
    const start = `${this.#name}=`;
    const pair = (request.headers.cookie ?? '')
      .split(';')
      .map((text) => text.trim())
      .find((text) => text.startsWith(start));
    return pair?.slice(start.length);
  }

  set(response: Response, id: string): void {
    response.append('Set-Cookie', `${this.#name}=${id}; Max-Age=${sessionSeconds}; ${this.#attributes}`);
  }

  clear(response: Response): void {
    response.append('Set-Cookie', `${this.#name}=; Max-Age=0; ${this.#attributes}`);
  }
}
