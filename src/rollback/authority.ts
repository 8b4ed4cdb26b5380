import type { Fact } from './records.js';

/** Another receiver is in charge, or nobody knows who is: this one decides and starts nothing. */
export class NotInCharge extends Error {
  override readonly name = 'NotInCharge';
}

/** Whether a receiver may act, and how the other one of a pair learns what it begins. */
export interface Authority {
  /** why it may not act now; undefined where it may */
  refusal(): string | undefined;
  /** Whether another receiver is known to act in its place: then not even what has begun may go on to its next step. */
  isSuperseded(): boolean;
  /** The id of a rollback that was announced, and then could not be begun; the next attempt must use it again. */
  announcedId(plan: string, deployment: string): string | undefined;
  /**
   * Tells what is about to be recorded and begun, so that nobody else begins the same.
   * @throws NotInCharge where it may not act after all: then nothing may be recorded or begun
   */
  announce(facts: readonly Fact[]): Promise<void>;
  /** What was announced could not be written down: somebody who can is to begin it. */
  notRecorded(): void;
}

/** Of a receiver that stands alone. */
export const soleAuthority: Authority = {
  refusal: () => undefined,
  isSuperseded: () => false,
  announcedId: () => undefined,
  announce: () => Promise.resolve(),
  notRecorded: () => undefined,
};
