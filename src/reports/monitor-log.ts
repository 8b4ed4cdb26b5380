import type { Deployment } from '../deployments/deployment.js';
import type { Rollback } from '../deployments/rollback.js';
import { formatDuration } from '../platform/duration.js';
import type { MonitorAlert, MonitorReading } from './monitor-reading.js';
import { formatTime, unknownText } from './numbers.js';
import { printable } from './text.js';

/** Longest text of an alert in a line, characters. */
const longestText = 500;
/** Alerts that get a line of their own each time. */
const mostAlerts = 50;

export type MonitorLevel = 'INFO' | 'WARNING' | 'CRITICAL';

/** After a rollback the first phase is watched again. */
export const tagAfterRollback = 'FASE A';
/** While the first phase runs, which lies inside the second: whoever looks for either finds it. */
export const firstTag = 'FASE A/FASE B';
/** Where nobody has said yet which phase it is. */
export const unknownTag = 'FASE ?';

/** The tag of the phases that Prometheus names; undefined where it names none. */
export function tagOf(phases: readonly string[]): string | undefined {
  if (phases.length === 0) return undefined;
  return phases.includes('A') ? firstTag : phases.map((phase) => `FASE ${phase}`).join('/');
}

/** One line of the log. @param at Unix seconds */
export function monitorLine(at: number, tag: string, level: MonitorLevel, text: string): string {
  return `${formatTime(at)} ${tag} ${level} ${printable(text.replaceAll(/\s+/g, ' ')).slice(0, 2 * longestText)}`;
}

/** The tag of the newest line of a log; undefined where it has none. */
export function lastTag(log: string): string | undefined {
  return [...log.matchAll(/^\S+ (FASE \S(?:\/FASE \S)?) (?:INFO|WARNING|CRITICAL) /gm)].at(-1)?.[1];
}

/** The first line of a deployment says so, by which a log is known again after a restart. */
export function firstText({ id, started_at, ends_at, operator }: Deployment): string {
  const until = ends_at === null ? '' : `, until ${formatTime(ends_at)}`;
  const by = operator === '' ? '' : `, by ${operator}`;
  return `watching deployment=${id} since ${formatTime(started_at)}${until}${by}`;
}

/** The deployment that a log is about; undefined where it is about none. */
export function deploymentOfLog(log: string): string | undefined {
  return [...log.matchAll(/^\S+ FASE .{1,12}? INFO watching deployment=(\S+) /gm)].at(-1)?.[1];
}

/** The most telling values, as `name=value`. @param elapsed since the start, seconds */
export function readingText(reading: MonitorReading, elapsed: number): string {
  const { engine, harvest, decisionAge, loaded, loadCount, values } = reading;
  const pairs: (readonly [string, string])[] = [
    ['elapsed', compact(formatDuration(Math.max(0, elapsed)))],
    ['engine', activeText(engine)],
    ['harvest', activeText(harvest)],
    ['decision_age', decisionAge === undefined ? unknownText : compact(formatDuration(decisionAge))],
    ['loaded', numberText(loaded)],
    ['load_count', numberText(loadCount)],
    ...values.map(([name, value]) => [name, numberText(value)] as const),
  ];
  return pairs.map(([name, text]) => `${name}=${text}`).join(' ');
}

/** The lines of alerts that fire; beyond some only how many there are. */
export function alertTexts(alerts: readonly MonitorAlert[]): { level: MonitorLevel; text: string }[] {
  const shown = alerts.slice(0, mostAlerts).map(({ severity, alertname, text }) => ({
    level: levelOf(severity),
    text: `${alertname}: ${text.slice(0, longestText)}`,
  }));
  const left = alerts.length - shown.length;
  return left === 0 ? shown : [...shown, { level: 'WARNING', text: `and ${left} more alerts` }];
}

/**
 * The lines of what changed between two looks: alerts that are over, and those that are new.
 * @param before what fired at the last look
 */
export function changeTexts(
  before: readonly MonitorAlert[],
  now: readonly MonitorAlert[],
): { level: MonitorLevel; text: string }[] {
  return [...endedTexts(before, now), ...alertTexts(without(now, before))];
}

/** The lines of alerts that are over. */
export function endedTexts(
  before: readonly MonitorAlert[],
  now: readonly MonitorAlert[],
): { level: MonitorLevel; text: string }[] {
  return alertTexts(without(before, now)).map(({ text }) => ({
    level: 'INFO',
    text: `no longer fires: ${text}`,
  }));
}

function without(alerts: readonly MonitorAlert[], others: readonly MonitorAlert[]): MonitorAlert[] {
  const known = new Set(others.map(({ key }) => key));
  return alerts.filter(({ key }) => !known.has(key));
}

/** What the line about a rollback's beginning, or its end, begins with. */
export function rollbackMark({ id, result }: Pick<Rollback, 'id' | 'result'>): string {
  return `rollback ${id} ${result ?? 'started'}`;
}

/** Why a rollback began, or how it ended. */
export function rollbackText(rollback: Rollback): { level: MonitorLevel; text: string } {
  const { result, note, trigger } = rollback;
  const mark = rollbackMark(rollback);
  if (result === null)
    return { level: 'CRITICAL', text: `${mark}: ${trigger.alertname ?? 'by hand'}: ${trigger.reason}` };
  const said = note === '' ? '' : ` (${note})`;
  return result === 'succeeded'
    ? { level: 'INFO', text: `${mark}${said}; the first phase is watched again` }
    : { level: 'CRITICAL', text: `${mark}${said}` };
}

/** How the observation ended, and how it was judged. */
export function endText({ id, outcome, completion }: Deployment): { level: MonitorLevel; text: string } {
  const ended = `end of deployment=${id}`;
  switch (outcome) {
    case 'completed': {
      const judged = completion === null ? 'not judged' : completion.replaceAll('_', ' ');
      return {
        level: completion === 'no_violations' ? 'INFO' : 'WARNING',
        text: `${ended}: completed, ${judged}`,
      };
    }
    case 'rolled_back':
      return { level: 'INFO', text: `${ended}: rolled back; it is no longer watched` };
    default:
      return { level: 'INFO', text: `${ended}: ${outcome ?? 'superseded'}` };
  }
}

function levelOf(severity: string): MonitorLevel {
  if (severity === 'critical') return 'CRITICAL';
  return severity === 'warning' ? 'WARNING' : 'INFO';
}

function activeText(value: number | undefined): string {
  if (value === undefined) return unknownText;
  return value === 1 ? 'active' : 'DOWN';
}

function numberText(value: number | undefined): string {
  return value === undefined ? unknownText : String(Number(value.toFixed(4)));
}

/** Without the blank, so that a line can be cut at its blanks. */
function compact(duration: string): string {
  return duration.replaceAll(' ', '');
}
