import type { Deployment } from '../deployments/deployment.js';
import { formatDuration } from '../platform/duration.js';
import type { AlertEpisode } from './alert-episode.js';
import type { Diagnostic, Incident } from './incident.js';
import { subjectOf } from './incident-rollback.js';
import { deploymentEntries } from './incident-timeline.js';
import { alertLines, severityOf } from './incident-trigger.js';
import { codeSpan } from './markdown.js';
import { formatTime, unknownText } from './numbers.js';
import { labelText } from './series.js';

/**
 * The incident that an alert is which rolled nothing back.
 * @param episodes the newest first; never empty
 * @param deployment the one it judges; undefined: none, or it is not known
 * @param folder name of the folder with the diagnostics
 * @param now Unix seconds
 */
export function alertIncident(
  [newest, ...others]: readonly [AlertEpisode, ...AlertEpisode[]],
  deployment: Deployment | undefined,
  folder: string,
  diagnostics: readonly Diagnostic[],
  now: number,
): Incident {
  const { labels, annotations, description, expression, began, isFiring } = newest;
  const alertname = labels.alertname ?? '';
  const during = deployment === undefined ? '' : ` during ${subjectOf(deployment)}`;
  return {
    title: `${codeSpan(alertname)} fired${during}`,
    began: began ?? now,
    severity: severityOf(labels),
    status: isFiring ? '**OPEN: the alert fires**' : 'the alert is silent; root cause open',
    impact: [
      deployment === undefined
        ? `Affected: ${labels.deployment === undefined ? 'no single deployment' : codeSpan(labels.deployment)}.`
        : `Affected: ${subjectOf(deployment)} (${codeSpan(deployment.id)}).`,
      durationText(newest, now),
      'In money: _to be filled in._',
    ],
    timeline: [
      ...deploymentEntries(deployment),
      ...(began === undefined ? [] : [{ at: began, text: `Violation began: ${codeSpan(alertname)}` }]),
      ...(newest.ended === undefined ? [] : [{ at: newest.ended, text: 'Last seen to fire' }]),
      { at: now, text: 'This file written' },
    ],
    trigger: alertLines({ alertname, description, expression, labels, annotations }),
    action: [
      (labels.rollback ?? '') === ''
        ? 'None by Redline: this alert tells people, and rolls nothing back.'
        : `This file is about the alert alone. What was rolled back, plan ${codeSpan(labels.rollback ?? '')}, has a file of its own.`,
    ],
    verification: ['Nothing was to be verified.'],
    evidence: others.map(
      (other) =>
        `${formatTime(other.began)} ${codeSpan(alertname)} ${codeSpan(`{${labelText(other.labels)}}`)}`,
    ),
    toDo: [
      'Find the root cause, and write it down above',
      ...(deployment === undefined ? [] : ['Decide whether the deployment stays: `redline deploy status`']),
      'Decide whether a limit or a check has to change',
    ],
    folder,
    diagnostics,
    writtenAt: now,
  };
}

function durationText({ began, ended, isFiring }: AlertEpisode, now: number): string {
  const end = isFiring ? now : ended;
  const length =
    began === undefined || end === undefined ? unknownText : formatDuration(Math.max(0, end - began));
  return `It ${isFiring ? 'has fired' : 'fired'} for: ${length}.`;
}
