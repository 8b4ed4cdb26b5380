import { cell, fact, section, type Mood, type Section } from '../playbook/document.js';
import type { Conclusion, Recommendation } from './conclusion.js';
import { kindFacts } from './kinds.js';
import type { Subject } from './subject.js';

const moods: Readonly<Record<Recommendation, Mood>> = {
  PROCEED: 'good',
  'DO NOT PROCEED': 'bad',
  'ROLLED BACK': 'bad',
  INCONCLUSIVE: 'warn',
  PENDING: 'dim',
};

/** The recommendation as it stands out. */
export function recommendationMood(recommendation: Recommendation): Mood {
  return moods[recommendation];
}

/** The final status, the recommendation and why. */
export function conclusionSection({ kind }: Subject, conclusion: Conclusion): Section {
  const { status, recommendation, reasons } = conclusion;
  return section('Conclusion', {
    lead: reasons.map((reason) => cell(reason)),
    facts: [
      fact('Final status', status),
      fact('Recommendation', cell(recommendation, moods[recommendation])),
      fact(
        'Ready for the next phase',
        recommendation === 'PROCEED' ? 'yes' : recommendation === 'PENDING' ? 'pending' : 'no',
        kindFacts[kind].next,
      ),
    ],
  });
}
