/** A line of a unit's log. */
export interface JournalLine {
  readonly unit: 'engine' | 'harvest';
  /** Unix seconds */
  readonly at: number;
  readonly text: string;
}

/** What the engine logs, and writes to its recent errors, when its calibration fails. */
export const exceptionText =
  'ERROR CalibrationLoader: calibration of patchtst failed: ValueError: temperature must be positive';

/** What each unit logs in good health, and how often, seconds. */
const routine: readonly {
  readonly unit: JournalLine['unit'];
  readonly every: number;
  readonly text: string;
}[] = [
  { unit: 'engine', every: 15, text: 'INFO DecisionEngine: 30 decisions taken, latency 41 ms' },
  { unit: 'harvest', every: 30, text: 'INFO HarvestConsumer: positions reviewed, nothing to harvest' },
  // Four in six hours: more than the floor of its baseline, so that the baseline is what was measured.
  {
    unit: 'harvest',
    every: 5400,
    text: 'WARNING HarvestConsumer: BLOCKED close of SOLUSDT: max_position_size is triggered',
  },
  // They name errors and are none: seldom, since whoever greps for errors finds them.
  { unit: 'engine', every: 3600, text: 'INFO Evaluation: Expected Calibration Error (ECE): 0.03' },
  { unit: 'engine', every: 3600, text: 'INFO Evaluation: 7200 decisions checked, 0 errors' },
];

/** The time by which lines that are written every hour or more come late, seconds: not in the minutes after a start. */
const lateBy = 2400;

/**
 * The routine lines of a time span, oldest first.
 * @param origin when the simulator was started, Unix seconds: the lines are spaced from there, before it too
 * @param after not included, Unix seconds
 */
export function routineLines(origin: number, after: number, until: number): JournalLine[] {
  return routine
    .flatMap(({ unit, every, text }) => {
      const first = origin + (every >= 3600 ? lateBy : 0);
      const begin = Math.floor((after - first) / every) + 1;
      const end = Math.floor((until - first) / every);
      return Array.from({ length: Math.max(0, end - begin + 1) }, (_, index) => ({
        unit,
        at: first + (begin + index) * every,
        text,
      }));
    })
    .sort((a, b) => a.at - b.at);
}

/** A trade that a risk guard blocks. */
export function blockedLine(at: number, guard: string): JournalLine {
  return {
    unit: 'harvest',
    at,
    text: `WARNING HarvestConsumer: BLOCKED close of BTCUSDT: ${guard} is triggered`,
  };
}

export function exceptionLine(at: number): JournalLine {
  return { unit: 'engine', at, text: exceptionText };
}

/** What the engine logs when it starts. @param calibration its version; null: none is loaded */
export function startLine(at: number, calibration: string | null): JournalLine {
  const loaded = calibration === null ? 'no calibration' : `calibration ${calibration}, load_count 1`;
  return { unit: 'engine', at, text: `INFO CalibrationLoader: engine started with ${loaded}` };
}
