import { timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Access } from '../../config/access.js';
import { HttpError } from '../http-error.js';
import type { SessionCookie } from './session-cookie.js';
import type { Session, Sessions } from './sessions.js';

/** Who looks at a page. */
export class Visitors {
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  readonly #access: Access;
  readonly #protectReads: boolean;

  constructor(sessions: Sessions, cookie: SessionCookie, access: Access, protectReads: boolean) {
    this.sessions = sessions;
    this.cookie = cookie;
    this.#access = access;
    this.#protectReads = protectReads;
  }

  /** Whoever is logged in; undefined: nobody. */
  sessionOf(request: Request): Session | undefined {
    return this.sessions.find(this.cookie.read(request));
  }

  /** Whether the page may be read: by everybody, by who is logged in, and by who brings a secret as programs do. */
  mayRead(request: Request): boolean {
    return (
      !this.#protectReads ||
      this.sessionOf(request) !== undefined ||
      this.#access.judge(request.headers.authorization) === 'allowed'
    );
  }

  /** Sends a person who may not read, or has to be logged in, to the login, and back from there. */
  readonly requireReader: RequestHandler = (request, response, next) => {
    if (this.mayRead(request)) next();
    else response.redirect(303, loginPath(request.path));
  };

  readonly requireSession: RequestHandler = (request, response, next) => {
    if (this.sessionOf(request) !== undefined) next();
    else response.redirect(303, loginPath(request.path));
  };

  /**
   * The session of a form that changes something.
   * @throws HttpError 401 without one, 403 where the form does not bring its token
   */
  sessionOfForm(request: Request): Session {
    const session = this.sessionOf(request);
    if (session === undefined) throw new HttpError(401, 'you are not logged in any more', 'unauthorized');
    if (!isEqual(csrfOf(request), session.csrf))
      throw new HttpError(403, 'this form is not of your session; open it again', 'forbidden');
    return session;
  }
}

function loginPath(from: string): string {
  return `/login?to=${encodeURIComponent(from)}`;
}

function csrfOf(request: Request): string {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || !('csrf' in body)) return '';
  return typeof body.csrf === 'string' ? body.csrf : '';
}

function isEqual(given: string, valid: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(valid)];
  return a.length === b.length && timingSafeEqual(a, b);
}
