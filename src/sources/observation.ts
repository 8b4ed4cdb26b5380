import { nothingObserved, readObservation, type Observation } from '../deployments/observation-file.js';
import { identityOf } from './file-identity.js';
import { lookAt } from './text-file.js';

/** The receiver's observation.json, read anew only when it was replaced. */
export class ObservationSource {
  readonly #path: string;
  #identity: string | undefined;
  #observation: Observation = nothingObserved;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * @returns what is observed; nothing where there is no file
   * @throws Error when the file cannot be read or is not what the receiver writes
   */
  async read(): Promise<Observation> {
    const stats = await lookAt(this.#path);
    if (stats === undefined) return nothingObserved;
    const identity = identityOf(stats);
    if (identity !== this.#identity) {
      this.#observation = await readObservation(this.#path);
      this.#identity = identity;
    }
    return this.#observation;
  }
}
