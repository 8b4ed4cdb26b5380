import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secret.js';

/** Who may ask the exporter: anybody where no secret is configured; else whoever sends one that is. */
export class Access {
  /** digests, so that comparing takes as long whatever is sent */
  readonly #accepted: readonly Buffer[];
  /** for the answer 401 */
  readonly challenge: string;

  /** @throws UserError where a secret cannot be read */
  constructor({ bearer_token_file: tokenFile, basic_auth: basic }: Config['exporter']) {
    const headers: string[] = [];
    if (tokenFile !== '') headers.push(`Bearer ${readSecret(tokenFile, 'exporter.bearer_token_file')}`);
    const hasBasic = basic.password_file !== '';
    if (hasBasic) {
      const password = readSecret(basic.password_file, 'exporter.basic_auth.password_file');
      headers.push(`Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}`);
    }
    this.#accepted = headers.map(digest);
    this.challenge = hasBasic ? 'Basic realm="redline"' : 'Bearer realm="redline"';
  }

  /** @param header the request's Authorization */
  allows(header: string | undefined): boolean {
    if (this.#accepted.length === 0) return true;
    const given = digest(normalise(header ?? ''));
    return this.#accepted.filter((accepted) => timingSafeEqual(accepted, given)).length > 0;
  }
}

/** The scheme's name is compared in any case. */
function normalise(header: string): string {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S.*)$/.exec(header.trim()) ?? [];
  return `${scheme.charAt(0).toUpperCase()}${scheme.slice(1).toLowerCase()} ${credentials}`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
