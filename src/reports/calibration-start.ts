import type { Deployment } from '../deployments/deployment.js';
import { formatDuration } from '../platform/duration.js';
import type { CheckLine } from './check-lines.js';
import { formatTime } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/** The alert whose condition ends with a start of the engine, which is judged in its turn. */
const engineDown = 'CalibrationEngineDown';

/**
 * What is said of an alert that rolls a calibration back and whose condition holds before that is declared.
 * @param settledAt end of the settle time, and now, Unix seconds
 */
export function conditionLine(
  name: string,
  { isAccepted, settledAt, now }: { isAccepted: boolean; settledAt: number; now: number },
): CheckLine {
  if (!isAccepted)
    return {
      what: name,
      level: 'fail',
      detail: 'it holds now: the calibration would be rolled back at once',
      todo:
        name === engineDown
          ? `Start the engine, then the observation. See docs/alerts/${name}.md; --accept ${name} lets it through, but ${laterStart}.`
          : `See docs/alerts/${name}.md; --accept ${name} lets it through.`,
    };
  const line: CheckLine = {
    what: name,
    level: 'warn',
    detail: 'it holds now, accepted: it starts nothing until it has been false once',
  };
  if (name !== engineDown) return line;
  const until =
    settledAt > now
      ? `Start the engine within the settle time, until ${formatTime(settledAt)}`
      : `The settle time was over at ${formatTime(settledAt)}: start the engine before the observation`;
  return { ...line, todo: `${until}; ${laterStart}.` };
}

const laterStart =
  'a start of the engine after the settle time counts as a restart (CalibrationEngineRestarted) and rolls the calibration back';

/** What there is to tell of a calibration that is under observation now. */
export interface StartedCalibration {
  readonly deployment: Deployment;
  /** where its baseline is from */
  readonly baseline: string;
  readonly monitorLog: string;
  /** how a command begins: `redline`, with its configuration */
  readonly command: string;
}

/** Says what is observed, until when, and where to look. */
export function renderStarted(
  { deployment, baseline, monitorLog, command }: StartedCalibration,
  paint: Paint,
): string {
  const { id, started_at, ends_at, settle_seconds, accepted, operator } = deployment;
  const length = ends_at === null ? 'no limit' : formatDuration(ends_at - started_at);
  return `${[
    paint.good('Under observation: calibration'),
    '',
    `  Id         ${id}`,
    `  Since      ${formatTime(started_at)}${operator === '' ? '' : `, by ${printable(operator)}`}`,
    `  Until      ${formatTime(ends_at ?? undefined)} (${length}), by itself; a violation is rolled back by itself`,
    `  Settle     ${formatDuration(settle_seconds)} from the start: until then no restart of the engine is judged; each later one rolls back`,
    `  Baseline   ${baseline}`,
    ...accepted.map((name) => `  Accepted   ${printable(name)}: starts nothing until it has been false once`),
    '',
    'Follow it:',
    `  ${command} deploy status`,
    `  tail -f ${monitorLog}`,
    '',
    'Undo it:',
    `  ${command} rollback calibration --reason "..."`,
  ].join('\n')}\n`;
}
