import { createHash, timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { RequestHandler } from 'express';
import { readSecret } from '../config/secret.js';
import type { Logger } from '../platform/log.js';
import { HttpError } from './http-error.js';

const setting = 'receiver.token_file';

/** The token that webhooks and orders must carry. Its file is read again when it changes, so it is rotated without a restart. */
export class BearerToken {
  readonly #path: string;
  readonly #logger: Logger;
  #digest: Buffer;
  #version = '';

  /** @throws UserError telling how to create the file */
  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#digest = digest(readSecret(path, setting));
  }

  /** Compares in constant time. */
  async accepts(token: string): Promise<boolean> {
    await this.#refresh();
    return timingSafeEqual(digest(token), this.#digest);
  }

  async #refresh(): Promise<void> {
    const version = await fileVersion(this.#path);
    if (version === this.#version) return;
    this.#version = version;
    try {
      this.#digest = digest(readSecret(this.#path, setting));
    } catch (error) {
      this.#logger.error({ err: error }, 'the token cannot be read again; the one from before stays valid');
    }
  }
}

/** Lets a request through that carries the token; 401 without one, 403 for a wrong one. */
export function requireToken(token: BearerToken): RequestHandler {
  return async (request, response, next) => {
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      throw new HttpError(401, 'this needs the header "Authorization: Bearer <token>"');
    }
    if (!(await token.accepts(given))) throw new HttpError(403, 'the token is not the one of this receiver');
    next();
  };
}

/** Hashes have one length, which the comparison needs, and give none of the token's away. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

async function fileVersion(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 'missing' : `${found.ino}:${found.size}:${found.mtimeMs}`;
}
