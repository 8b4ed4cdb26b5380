import { createHash, timingSafeEqual } from 'node:crypto';
import type { Logger } from '../platform/log.js';
import { SecretFile } from './secret-file.js';

export interface AccessSettings {
  /** empty: no bearer token */
  readonly tokenFile: string;
  /** the configuration key that names it */
  readonly tokenSetting: string;
  /** with an empty password_file: no basic authentication */
  readonly basicAuth: { readonly username: string; readonly password_file: string };
  /** the configuration key of `basicAuth` */
  readonly basicSetting: string;
}

/** `missing`: no credentials of a kind that is asked for. `wrong`: some, and not ours. */
export type Verdict = 'allowed' | 'missing' | 'wrong';

/** A kind of credentials, and the digests of those that are valid. */
interface Scheme {
  readonly name: 'Bearer' | 'Basic';
  readonly file: SecretFile;
  /** what a request carries that knows the secret, after the scheme's name */
  readonly credentials: (secret: string) => string;
  known: readonly string[];
  digests: readonly Buffer[];
}

/** Who may ask a program: whoever sends a secret that is configured; anybody where none is. */
export class Access {
  readonly #schemes: readonly Scheme[];
  /** for the header WWW-Authenticate of the answer 401 */
  readonly challenges: readonly string[];

  /** @throws UserError where a secret cannot be read */
  constructor({ tokenFile, tokenSetting, basicAuth: basic, basicSetting }: AccessSettings, logger: Logger) {
    const schemes: Scheme[] = [];
    if (tokenFile !== '') {
      const file = new SecretFile(tokenFile, tokenSetting, logger);
      schemes.push({ name: 'Bearer', file, credentials: (token) => token, known: [], digests: [] });
    }
    if (basic.password_file !== '') {
      const file = new SecretFile(basic.password_file, `${basicSetting}.password_file`, logger);
      const credentials = (password: string): string =>
        Buffer.from(`${basic.username}:${password}`).toString('base64');
      schemes.push({ name: 'Basic', file, credentials, known: [], digests: [] });
    }
    this.#schemes = schemes;
    this.challenges = schemes.map(({ name }) => `${name} realm="redline"`);
  }

  /** Judges a request by its header Authorization. Takes as long for any wrong secret as for a right one. */
  judge(header: string | undefined): Verdict {
    if (this.#schemes.length === 0) return 'allowed';
    const [, name = '', credentials = ''] = /^(\w+) +(\S+)$/.exec((header ?? '').trim()) ?? [];
    const scheme = this.#schemes.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (scheme === undefined) return 'missing';
    return isValid(scheme, credentials) ? 'allowed' : 'wrong';
  }

  /**
   * Whether a secret is one of those that are valid now, of whatever kind: for a person who types it. Takes as long for any
   * wrong secret as for a right one.
   */
  accepts(secret: string): boolean {
    if (this.#schemes.length === 0) return true;
    return this.#schemes.map((scheme) => isValid(scheme, scheme.credentials(secret))).includes(true);
  }
}

function isValid(scheme: Scheme, credentials: string): boolean {
  const given = digest(credentials);
  // Each is compared, so that the time does not tell which one it was.
  return validDigests(scheme).filter((valid) => timingSafeEqual(valid, given)).length > 0;
}

/** Hashes have one length, which the comparison needs, and are computed again only when the file was read again. */
function validDigests(scheme: Scheme): readonly Buffer[] {
  const secrets = scheme.file.current();
  if (secrets !== scheme.known) {
    scheme.known = secrets;
    scheme.digests = secrets.map((secret) => digest(scheme.credentials(secret)));
  }
  return scheme.digests;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
