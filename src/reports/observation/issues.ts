import type { Rollback } from '../../deployments/rollback.js';
import { formatDuration } from '../../platform/duration.js';
import { formatAlertLimit } from '../alert-units.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import { aboutText, alertTimeline, severityMood, valueText } from '../playbook/alert-section.js';
import type { Gap } from '../playbook/coverage.js';
import { cell, section, table, type Cell, type Section } from '../playbook/document.js';
import type { FiredAlert } from '../playbook/fired-alerts.js';
import { withoutDeployment } from './log.js';
import type { Sight } from './sight.js';
import type { Subject } from './subject.js';

/** What went wrong, or was not seen, during an observation. */
export interface Issues {
  /** alerts of its runbook, and of its inputs */
  readonly own: readonly FiredAlert[];
  /** whatever else fired meanwhile */
  readonly others: readonly FiredAlert[];
  readonly sight: Sight;
  readonly rollbacks: readonly Rollback[];
}

/** Alerts with times, values, severity and what they led to; inputs and times of which little is known. */
export function issuesSection({ own, others, sight, rollbacks }: Issues, subject: Subject): Section {
  const { start, end } = subject;
  const period = { hours: (end - start) / 3600, start, end };
  const all = [...own, ...others];
  const columns = [
    'Severity',
    'Alert',
    'About',
    'Start (UTC)',
    'End (UTC)',
    '#Duration',
    'Value',
    'Limit',
    'Rolled back?',
  ];
  return section('Issues identified', {
    charts: all.length === 0 ? [] : [alertTimeline(all, period, sight.coverage)],
    tables: [
      table(
        'Alerts of this observation',
        columns,
        own.map((episode) => episodeRow(episode, subject, rollbacks)),
        'None fired.',
      ),
      table(
        'Other alerts of that time',
        columns.slice(0, -1),
        others.map((episode) => episodeRow(episode, subject, rollbacks).slice(0, -1)),
        'None fired.',
      ),
      table(
        'Inputs',
        ['Input', '#There for'],
        sight.inputs.map(({ input, share }) => [
          cell(input === '' ? 'all together' : input),
          share === undefined ? cell(unknownText, 'warn') : cell(formatValue(share, 'share')),
        ]),
        'Nobody counted for how long they were there.',
      ),
      table(
        'Gaps: times of which Prometheus knows nothing',
        ['From (UTC)', 'To (UTC)', '#Duration'],
        gapsOf(subject, sight).map((gap) => [
          cell(formatTime(gap.start)),
          cell(formatTime(gap.end)),
          cell(formatDuration(gap.end - gap.start)),
        ]),
        'None.',
      ),
    ],
  });
}

/** Times of the observation of which nothing is known, oldest first. */
export function gapsOf({ start, end }: Subject, { coverage }: Sight): Gap[] {
  const { knownFrom, knownTo, gaps, stepSeconds } = coverage;
  if (knownFrom === undefined || knownTo === undefined) return [{ start, end }];
  return [
    // The first scrape after the start, and the newest one, lie a little inside.
    ...(knownFrom - start > 2 * stepSeconds ? [{ start, end: knownFrom }] : []),
    ...gaps,
    ...(end - knownTo > 2 * stepSeconds ? [{ start: knownTo, end }] : []),
  ];
}

function episodeRow(episode: FiredAlert, { end: closes }: Subject, rollbacks: readonly Rollback[]): Cell[] {
  const { alertname, severity, start, end, isFiring, firedBefore, limits } = episode;
  return [
    cell(severity === '' ? unknownText : severity, severityMood(severity)),
    cell(alertname),
    cell(aboutText(withoutDeployment(episode))),
    cell(`${firedBefore ? 'before ' : ''}${formatTime(start)}`),
    isFiring ? cell(`fired at the end, ${formatTime(closes)}`, 'bad') : cell(formatTime(end)),
    cell(formatDuration(Math.max(0, end - start))),
    cell(valueText(episode)),
    cell(limits.map((limit) => formatAlertLimit(alertname, limit)).join(' to ')),
    rolledBackCell(episode, rollbacks),
  ];
}

function rolledBackCell({ alertname, rollback }: FiredAlert, rollbacks: readonly Rollback[]): Cell {
  const started = rollbacks.find(({ trigger }) => trigger.alertname === alertname);
  if (started !== undefined) return cell(`yes: ${started.id}`, 'bad');
  const isEvidence = rollbacks.some(({ evidence }) => evidence.some((one) => one.alertname === alertname));
  if (isEvidence) return cell('evidence of a rollback that had started');
  return cell(rollback === '' ? 'no: it tells people' : 'no');
}
