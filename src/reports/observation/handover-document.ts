import { formatAlertLimit } from '../alert-units.js';
import { formatMoney } from '../money.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import { severityMood } from '../playbook/alert-section.js';
import {
  cell,
  fact,
  section,
  table,
  type Box,
  type Fact,
  type ReportDocument,
  type Section,
  type Table,
} from '../playbook/document.js';
import type { FiredAlert } from '../playbook/fired-alerts.js';
import { firstOrderAlert } from './go-live-form.js';
import type { Handover, LimitOfRule } from './handover.js';
import { kindFacts } from './kinds.js';
import type { Observation } from './observation.js';
import { proceduresSection, type Procedures } from './procedures.js';
import type { Subject } from './subject.js';
import { episodeText } from './verdict.js';

/** What of an observation is handed over. */
type Observed = Pick<Observation, 'subject' | 'conclusion' | 'own'>;

/** What those need who take over after an observation that passed. */
export function handoverDocument(
  observation: Observed,
  handover: Handover,
  procedures: Procedures,
): ReportDocument {
  const { subject, conclusion } = observation;
  return {
    title: `${kindFacts[subject.kind].title} handover`,
    subtitle: `${subject.deployment.id} | written ${formatTime(subject.now)}`,
    warnings: [],
    headline: stateFacts(handover, subject.kind === 'go-live'),
    sections: [
      section('What is live', {
        lead: conclusion.reasons.map((reason) => cell(reason, 'good')),
        facts: liveFacts(observation, handover),
      }),
      limitsSection(handover, subject),
      watchSection(subject.kind === 'go-live'),
      openIssuesSection(handover, observation.own),
      proceduresSection(procedures),
      contactsSection(),
    ],
  };
}

function stateFacts({ tradingMode, dailyResult, positions, portfolio }: Handover, isGoLive: boolean): Fact[] {
  if (!isGoLive) return [fact('Portfolio now', formatMoney(portfolio))];
  return [
    fact('Trading mode', tradingMode ?? unknownText, 'as the backend states it'),
    fact('Result of the day', formatValue(dailyResult, 'share')),
    fact('Open positions', formatValue(positions, 'count')),
    fact('Portfolio', formatMoney(portfolio)),
  ];
}

function liveFacts({ subject, own }: Observed, { activated }: Handover): Fact[] {
  const { deployment, kind, start, closes } = subject;
  const firstOrder = [...own]
    .sort((a, b) => a.start - b.start)
    .find(({ alertname }) => alertname === firstOrderAlert);
  return [
    fact('Deployment', deployment.id, [kind, deployment.model].filter((text) => text !== '').join(' ')),
    fact('Declared', formatTime(start), deployment.operator === '' ? '' : `by ${deployment.operator}`),
    ...(activated === undefined
      ? []
      : [fact('Real trading on since', formatTime(activated), 'as the marker file says')]),
    fact('Observed', `${formatTime(start)} to ${formatTime(closes)}`),
    ...(kind === 'go-live'
      ? [
          fact(
            'First real order',
            firstOrder === undefined ? 'none during the observation' : formatTime(firstOrder.start),
          ),
        ]
      : []),
  ];
}

function limitsSection({ limits }: Handover, { kind, closes }: Subject): Section {
  const isOfObservation = ({ runbook }: LimitOfRule): boolean => runbook === kindFacts[kind].runbook;
  return section('Limits', {
    lead: [cell('Each stands in its rule and nowhere else; the alert fires on its wrong side.', 'dim')],
    tables: [
      limitsTable(
        'Limits in force',
        limits.filter((limit) => !isOfObservation(limit)),
      ),
      limitsTable(
        `Limits of the observation, which ended ${formatTime(closes)}: not judged any more`,
        limits.filter(isOfObservation),
      ),
    ],
  });
}

function limitsTable(title: string, limits: readonly LimitOfRule[]): Table {
  return table(
    title,
    ['Runbook', 'Alert', 'Severity', '#Limit', 'What it watches'],
    limits.map(({ runbook, alertname, severity, limits: bounds, summary }) => [
      cell(runbook),
      cell(alertname),
      cell(severity, severityMood(severity)),
      cell(bounds.map((limit) => formatAlertLimit(alertname, limit)).join(' to ')),
      cell(summary),
    ]),
    'Prometheus knows no rule with a limit.',
  );
}

function watchSection(isGoLive: boolean): Section {
  const todo = (text: string, note: string): Box => ({ state: 'to do', text, note });
  return section('What to watch', {
    boxes: [
      todo('What fires, and how the trading system stands: redline watch', 'at any time'),
      todo('The report of the day: redline report --hours 24', 'every morning'),
      ...(isGoLive
        ? [
            todo(
              'Declare the live system, so that the playbook may roll it back: redline deploy start production',
              'once: the rows of the go-live end with its observation',
            ),
          ]
        : []),
      todo('Whether a rollback would work: redline drill and redline check', 'every week'),
    ],
  });
}

function openIssuesSection({ firing }: Handover, own: readonly FiredAlert[]): Section {
  return section('Open issues', {
    tables: [
      table(
        'Alerts that fire now',
        ['Severity', 'Alert', 'Since (UTC)', 'Description'],
        firing.map(({ labels, annotations, activeAt }) => [
          cell(labels.severity ?? unknownText, severityMood(labels.severity ?? '')),
          cell(labels.alertname ?? ''),
          cell(activeAt ?? unknownText),
          cell(annotations.description ?? annotations.summary ?? ''),
        ]),
        'None.',
      ),
      table(
        'Alerts of the observation, to be explained',
        ['Severity', 'Alert', 'When and what'],
        own.map((episode) => [
          cell(episode.severity, severityMood(episode.severity)),
          cell(episode.alertname),
          cell(episodeText(episode)),
        ]),
        'None.',
      ),
    ],
  });
}

function contactsSection(): Section {
  return section('Contacts', {
    lead: [cell('To be filled in by the person who hands over.', 'dim')],
    tables: [
      table(
        'Who is called',
        ['Role', 'Name', 'How to reach'],
        ['On call', 'Trading', 'Operations of the platform', 'Who decides about a rollback'].map((role) => [
          cell(role),
          cell(''),
          cell(''),
        ]),
        'None.',
      ),
    ],
  });
}
