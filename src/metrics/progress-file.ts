import { errorMessage } from '../platform/errors.js';
import type { StateFile } from '../sources/state-file.js';
import { reasonOf } from './collector.js';
import type { Problems } from './problems.js';

/** What is counted, and how far it was read: saved together, so that whatever happens each line is counted once. */
export interface Progress<T> {
  /** whether something was counted that was not saved */
  hasChanged: boolean;
  save(): T;
}

/** How often what was counted is saved, where it changed, milliseconds. */
const saveEvery = 5000;

/** Saves progress in the background, one write after the other. */
export class ProgressFile<T> {
  readonly #file: StateFile<T>;
  readonly #problems: Problems;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** @param problems where it is noted what could not be read or written */
  constructor(file: StateFile<T>, problems: Problems) {
    this.#file = file;
    this.#problems = problems;
  }

  /**
   * @returns what was saved last; undefined: nothing, or what was is lost
   * @throws SourceError where that cannot be told
   */
  async read(): Promise<T | undefined> {
    const { value, problem } = await this.#file.read();
    if (problem !== undefined) this.#problems.note('unreadable', problem);
    return value;
  }

  /** Saves from now on every few seconds. @param isDue whether what is known now is the better beginning */
  keep(progress: Progress<T>, isDue: () => boolean): void {
    this.#timer = setInterval(() => {
      if (isDue() && progress.hasChanged) this.save(progress);
    }, saveEvery);
    this.#timer.unref();
  }

  save(progress: Progress<T>): void {
    this.#saving = this.#saving.then(async () => {
      progress.hasChanged = false;
      try {
        await this.#file.write(progress.save());
      } catch (error) {
        progress.hasChanged = true;
        this.#problems.note(reasonOf(error) ?? 'internal', errorMessage(error));
      }
    });
  }

  /** Ends the saving every few seconds, without a last one. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Waits until what `save` was asked for is done. */
  async idle(): Promise<void> {
    await this.#saving;
  }
}
