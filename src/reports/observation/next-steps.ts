import { formatTime } from '../numbers.js';
import { section, type Box, type Section } from '../playbook/document.js';
import type { Conclusion } from './conclusion.js';
import { kindFacts } from './kinds.js';
import type { Look } from './looks.js';
import type { Procedures } from './procedures.js';
import type { Subject } from './subject.js';

/** What is done, what is pending with its time, and what follows from the conclusion. */
export function nextStepsSection(
  subject: Subject,
  looks: readonly Look[],
  conclusion: Conclusion,
  procedures: Procedures,
): Section {
  return section('Next steps', {
    boxes: [
      ...looks.filter(({ state }) => state === 'taken').map(takenBox),
      ...looks.filter(({ state }) => state === 'pending').map(pendingBox),
      ...adviceBoxes(subject, conclusion, procedures),
    ],
  });
}

function takenBox({ label, at }: Look): Box {
  return { state: 'ticked', text: `Values at ${label}`, note: `taken for ${formatTime(at)}` };
}

function pendingBox({ label, at }: Look): Box {
  return { state: 'to do', text: `Values at ${label}`, note: `pending: ${formatTime(at)}` };
}

function adviceBoxes(subject: Subject, { recommendation }: Conclusion, { command }: Procedures): Box[] {
  const { next } = kindFacts[subject.kind];
  const todo = (text: string, note: string): Box => ({ state: 'to do', text, note });
  switch (recommendation) {
    case 'PENDING':
      return [
        todo('Conclusion and recommendation', `pending: ${formatTime(subject.closes)}`),
        todo(`If it passes: ${next}`, 'pending: the conclusion'),
      ];
    case 'PROCEED':
      return [
        todo(`Proceed: ${next}`, 'the observation passed'),
        ...(subject.kind === 'go-live'
          ? [
              todo(
                'Write the handover: redline observe --handover --out FILE',
                'the document of the next phase',
              ),
            ]
          : []),
      ];
    case 'ROLLED BACK':
      return [
        todo('Find the root cause, and write it into the incident file of the rollback', 'by hand'),
        todo('Check again what must hold before a start', 'before another attempt'),
      ];
    case 'DO NOT PROCEED':
      return [
        todo(`Look whether the change is still in force; to roll back by hand: ${command}`, 'now'),
        todo('Find the root cause', 'before another attempt'),
      ];
    case 'INCONCLUSIVE':
      return [
        todo('Restore what was missing, and observe anew', 'the observation says nothing'),
        todo(`If it cannot be observed, roll back: ${command}`, 'no telemetry, no decision'),
      ];
  }
}
