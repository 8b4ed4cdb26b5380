import type { ObservedKind, Subject } from './subject.js';

/** A time at which the log of an observation notes how things stand. Times are Unix seconds. */
export interface Look {
  /** `T+15 min` */
  readonly label: string;
  /** what it is in the course of the observation; empty: nothing in particular */
  readonly name: string;
  readonly at: number;
  /** at which Prometheus is asked */
  readonly asked: number;
  /** `not reached`: the observation ended before */
  readonly state: 'taken' | 'pending' | 'not reached';
}

const minute = 60;
const hour = 3600;

/** Seconds from the start at which the runbooks look; those of a calibration are the edges of its phases. */
const offsets: Readonly<Record<ObservedKind, readonly number[]>> = {
  'go-live': [0, 15, 30, 60, 90, 120].map((minutes) => minutes * minute),
  canary: [0, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 6 * hour],
  calibration: [0, 30 * minute, 6 * hour, 24 * hour, 72 * hour],
};

const phaseEdges: Readonly<Record<number, string>> = {
  [30 * minute]: 'end of phase A',
  [6 * hour]: 'end of phase B',
  [24 * hour]: 'end of phase C',
  [72 * hour]: 'end of phase D',
};

/** The rules take up a deployment with the first scrape of the receiver after its start: the first look is a minute late. */
const firstLook = 60;

/** The looks of an observation: those of its runbook that lie within it, and its end. */
export function looksOf(subject: Subject): Look[] {
  const { kind, start, closes, deployment } = subject;
  const length = closes - start;
  const within = offsets[kind].filter((offset) => offset < length);
  // An observation that was cut short shows what of its log is missing.
  const isCut = deployment.outcome !== null && deployment.outcome !== 'completed';
  const beyond = isCut ? offsets[kind].filter((offset) => offset > length) : [];
  return [...within, length, ...beyond].map((offset) => lookAt(subject, offset));
}

function lookAt(subject: Subject, offset: number): Look {
  const { kind, start, closes, end, isUnderWay } = subject;
  const isLast = offset === closes - start;
  // A sum of fractions may lie beside the end that it is.
  const at = isLast ? closes : start + offset;
  const names = [
    ...(offset === 0 ? ['start'] : []),
    ...(kind === 'calibration' ? [phaseEdges[offset] ?? ''] : []),
    ...(isLast ? ['end of the observation'] : []),
  ];
  return {
    label: `T+${offsetText(offset)}`,
    name: names.filter((name) => name !== '').join(', '),
    at,
    asked: offset === 0 ? Math.min(start + firstLook, end) : Math.min(at, end),
    state: at <= end ? 'taken' : isUnderWay ? 'pending' : 'not reached',
  };
}

/** `0 min`, `90 min`, `6 h`, `37 min 12 s`. */
function offsetText(offset: number): string {
  const seconds = Math.round(offset);
  if (seconds > 2 * hour && seconds % hour === 0) return `${seconds / hour} h`;
  const rest = seconds % minute;
  const minutes = `${Math.floor(seconds / minute)} min`;
  return rest === 0 ? minutes : `${minutes} ${rest} s`;
}
