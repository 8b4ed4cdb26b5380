import { formatMoney } from '../money.js';
import { formatTime, unknownText } from '../numbers.js';
import { cell, fact, type Box, type Fact, type ReportDocument, type Section } from '../playbook/document.js';
import { actionsSection } from './actions.js';
import { decisionsBox, firstOrderBox } from './anomalies.js';
import { initialBackendSection } from './backend-sections.js';
import { conclusionSection, recommendationMood } from './conclusion-section.js';
import { initialEngineSection } from './engine-state.js';
import type { Question } from './form.js';
import { firstOrderAlert } from './go-live-form.js';
import { gapsOf, issuesSection } from './issues.js';
import { kindFacts } from './kinds.js';
import { logSection } from './log.js';
import { nextStepsSection } from './next-steps.js';
import type { Observation } from './observation.js';
import { periodSection } from './period-section.js';
import { proceduresSection, type Procedures } from './procedures.js';
import { checklistSection, failureSection, successSection } from './questions-sections.js';
import { answerTo, type Answer, type Evidence } from './verdict.js';

/** The report of an observation, in the order of the go-live runbook. */
export function observationDocument(observation: Observation, procedures: Procedures): ReportDocument {
  const { subject, form, looks, values, noted, own, conclusion, actions } = observation;
  const evidence = evidenceOf(observation);
  const answers = (questions: readonly Question[]): Answer[] =>
    questions.map((question) => answerTo(question, evidence));
  return {
    title: `${kindFacts[subject.kind].title} observation report`,
    subtitle: `${subject.deployment.id} | ${formatTime(subject.start)} to ${formatTime(subject.closes)} | written ${formatTime(subject.now)}`,
    warnings: warningsOf(observation),
    headline: headline(observation),
    sections: [
      periodSection(subject),
      ...initialSections(observation),
      ...form.checklists.map(({ title, questions }, index) =>
        checklistSection(title, answers(questions), furtherBoxes(observation, evidence, index)),
      ),
      logSection(looks, values, noted, own, rowNames(observation)),
      successSection(answers(form.success)),
      failureSection(answers(form.failure)),
      issuesSection({ ...observation, rollbacks: actions.rollbacks }, subject),
      actionsSection(actions, subject),
      proceduresSection(procedures),
      nextStepsSection(subject, looks, conclusion, procedures),
      conclusionSection(subject, conclusion),
    ],
  };
}

function evidenceOf({ rules, own, values, sight, subject }: Observation): Evidence {
  return { rules, episodes: own, values, sight, isUnderWay: subject.isUnderWay };
}

/** What a go-live's checklists note beside the answers: decisions with what is critical, the first order with the anomalies. */
function furtherBoxes({ backendNow, form }: Observation, evidence: Evidence, index: number): Box[] {
  if (backendNow === undefined) return [];
  if (index === 0) return [decisionsBox(backendNow)];
  return index === form.checklists.length - 1 ? [firstOrderBox(evidence)] : [];
}

function initialSections({ backend, engine, looks, subject }: Observation): Section[] {
  const askedAt = formatTime(looks[0]?.asked);
  return [
    ...(backend === undefined ? [] : [initialBackendSection(backend, askedAt)]),
    ...(engine === undefined ? [] : [initialEngineSection(engine, subject, askedAt)]),
  ];
}

/** A row of the log is called as the question that its alert answers. */
function rowNames({ form, subject }: Observation): ReadonlyMap<string, string> {
  // Elsewhere a question is its alert's name with its summary: too long for a row of numbers.
  if (subject.kind !== 'go-live') return new Map();
  const questions = [...form.checklists.flatMap((list) => list.questions), ...form.failure, ...form.success];
  return new Map([
    [firstOrderAlert, 'Orders executed since the start'],
    ...questions.flatMap(({ alerts, text }) => alerts.map((name) => [name, text] as const)),
  ]);
}

function warningsOf(observation: Observation): string[] {
  const { sight, subject, rules, leftOut, unanswered } = observation;
  const { runbook } = kindFacts[subject.kind];
  const isJudged = rules.some(({ labels }) => labels.runbook === runbook);
  const gaps = gapsOf(subject, sight);
  return [
    ...(isJudged ? [] : [`Prometheus knows no rule of the runbook ${runbook}: nothing is judged.`]),
    ...(sight.coverage.knownFrom === undefined
      ? [
          'Prometheus knows nothing of the exporter in this time: was it scraped, and is its history kept that long?',
        ]
      : gaps.length === 0
        ? []
        : [
            `Prometheus has gaps in this time: ${gaps
              .slice(0, 3)
              .map(({ start, end }) => `${formatTime(start)} to ${formatTime(end)}`)
              .join(', ')}.`,
          ]),
    ...(leftOut === 0 ? [] : [`${leftOut} more alerts fired than are told.`]),
    ...unanswered.map((reason) => `Not answered: ${reason}`),
  ];
}

function headline({ conclusion, own, subject, backend, actions }: Observation): Fact[] {
  const critical = own.filter(({ severity }) => severity === 'critical').length;
  const mood = critical > 0 ? 'bad' : own.length > 0 ? 'warn' : 'plain';
  return [
    fact('Status', conclusion.status),
    fact('Recommendation', cell(conclusion.recommendation, recommendationMood(conclusion.recommendation))),
    fact('Alerts', cell(String(own.length), mood), `${critical} critical`),
    fact('Rollbacks', String(actions.rollbacks.length)),
    fact('Operator', subject.deployment.operator === '' ? 'not stated' : subject.deployment.operator),
    ...(backend === undefined
      ? []
      : [
          fact(
            'Portfolio at T+0',
            backend.risk.portfolio === undefined ? unknownText : formatMoney(backend.risk.portfolio),
          ),
        ]),
  ];
}
