import { formatDuration } from '../../platform/duration.js';
import { formatTime } from '../numbers.js';
import { cell, fact, section, type Section } from '../playbook/document.js';
import { statusText, type Subject } from './subject.js';

/** From when to when what was observed, for whom, and how it stands. */
export function periodSection(subject: Subject): Section {
  const { deployment, kind, start, closes, isUnderWay, now } = subject;
  const { id, model, operator, accepted } = deployment;
  const left = closes - now;
  return section('Observation period', {
    facts: [
      fact('Start', formatTime(start)),
      fact(
        isUnderWay ? 'Planned end' : 'End',
        formatTime(closes),
        isUnderWay && left > 0 ? `pending, ${formatDuration(left)} left` : formatDuration(closes - start),
      ),
      fact('Operator', operator === '' ? 'not stated' : operator),
      fact('Status', cell(statusText(subject), isUnderWay ? 'dim' : 'plain')),
      fact('Deployment', id, [kind, model].filter((text) => text !== '').join(' ')),
      ...(accepted.length === 0
        ? []
        : [fact('Accepted at its start', accepted.join(', '), 'held then; without effect until false once')]),
    ],
  });
}
