import type { EventRing } from './event-ring.js';

/** Events since the activation that a canary's window needs before it leaves the time before behind. */
const canaryEvents = 200;

/** Where a window begins. */
export interface WindowStart {
  /** Unix seconds */
  readonly since: number;
  /** position of its first event in the ring */
  readonly from: number;
}

/** The window of all events not older than a time, Unix seconds. */
export function windowSince(ring: EventRing, since: number): WindowStart {
  // Seconds in floating point times 1000 may land just above the millisecond that they mean.
  return { since, from: ring.firstSince(Math.round(since * 1e6) / 1e3) };
}

/**
 * The window of a running canary: since its activation once there are 200 events since then, until then since its
 * cutover (else healthy events from before would dilute a collapse for hours).
 * @param activatedAt Unix seconds; null while the engine does not run with the change
 */
export function canaryWindow(ring: EventRing, cutover: number, activatedAt: number | null): WindowStart {
  if (activatedAt !== null) {
    const sinceActivation = windowSince(ring, activatedAt);
    if (ring.end - sinceActivation.from >= canaryEvents) return sinceActivation;
  }
  return windowSince(ring, cutover);
}
