import { cell, section, table, type Box, type Cell, type Mood, type Section } from '../playbook/document.js';
import type { Answer, Verdict } from './verdict.js';

const moods: Readonly<Record<Verdict, Mood>> = {
  PASS: 'good',
  FAIL: 'bad',
  MONITORING: 'dim',
  UNKNOWN: 'warn',
};

/**
 * A checklist of the runbook. A box is ticked where the alerts that judge it could see and stayed silent over all of the
 * observation that has passed; what is unknown is not ticked.
 */
export function checklistSection(
  title: string,
  answers: readonly Answer[],
  further: readonly Box[] = [],
): Section {
  return section(`Monitoring checklist: ${title}`, { boxes: [...answers.map(boxOf), ...further] });
}

function boxOf({ question, verdict, target, note }: Answer): Box {
  const states = { PASS: 'ticked', MONITORING: 'ticked', FAIL: 'not ticked', UNKNOWN: 'unknown' } as const;
  return {
    state: states[verdict],
    text: `${question.text}: ${target}`,
    note: verdict === 'MONITORING' ? `so far ${note}` : note,
  };
}

/** All of these must hold for a pass. */
export function successSection(answers: readonly Answer[]): Section {
  return criteriaSection('Success criteria (all must hold)', 'Target', answers);
}

/** Any one of these rolls back. */
export function failureSection(answers: readonly Answer[]): Section {
  return criteriaSection('Failure criteria (any one rolls back)', 'Allowed', answers);
}

function criteriaSection(title: string, target: string, answers: readonly Answer[]): Section {
  return section(title, {
    tables: [
      table(
        'Each judged by its alert',
        ['Criterion', target, 'Status', 'Notes', 'Alert'],
        answers.map(criterionRow),
        'Prometheus knows no alert that would judge it. Are the rules loaded?',
      ),
    ],
  });
}

function criterionRow({ question, verdict, target, note }: Answer): Cell[] {
  return [
    cell(question.text),
    cell(target),
    cell(verdict, moods[verdict]),
    cell(note),
    cell(question.alerts.join(', '), 'dim'),
  ];
}
