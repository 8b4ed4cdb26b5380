import { fileVersion } from '../platform/file-version.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { readSecrets } from './secret.js';

/**
 * Secrets of a file, one a line. The file is looked at before each use and read again when it has changed, so that a secret is
 * rotated without a restart. What cannot be read again leaves the ones from before valid, and is logged once.
 */
export class SecretFile {
  readonly #path: string;
  readonly #setting: string;
  readonly #logger: Logger;
  #version: string;
  #secrets: readonly string[];

  /**
   * @param setting the configuration key that names the file, for errors
   * @throws UserError telling how to create the file
   */
  constructor(path: string, setting: string, logger: Logger) {
    this.#path = path;
    this.#setting = setting;
    this.#logger = logger;
    // Asked first: what changes while it is read is read once more.
    this.#version = currentVersion(path);
    this.#secrets = readSecrets(path, setting);
  }

  /** The secrets that are valid now. */
  current(): readonly string[] {
    const version = currentVersion(this.#path);
    if (version === this.#version) return this.#secrets;
    this.#version = version;
    try {
      this.#secrets = readSecrets(this.#path, this.#setting);
      this.#logger.info({ setting: this.#setting, secrets: this.#secrets.length }, 'secret read again');
    } catch (error) {
      this.#logger.error(
        { setting: this.#setting, reason: errorMessage(error) },
        'a secret cannot be read again; the one from before stays valid',
      );
    }
    return this.#secrets;
  }
}

/** A folder that may not be entered is no reason to fail: the secret that is known stays. */
function currentVersion(path: string): string {
  try {
    return fileVersion(path);
  } catch (error) {
    return errorMessage(error);
  }
}
