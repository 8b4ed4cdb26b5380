import { round9 } from '../../readings/round.js';

/** Rounded to 1e-9, so that a share that is exactly on a boundary in decimal is exported as that number. */
export function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : round9(value);
}
