import type { Markup } from '../charts/markup.js';
import { alertsSection } from './alerts-section.js';
import { checklistSection } from './checklist-section.js';
import { checksSections } from './checks-section.js';
import { headlineOf, type Headline, type Tone } from './headline.js';
import { html } from './html.js';
import { observationSection } from './observation-section.js';
import { redlineSection } from './redline-section.js';
import { rollbacksSection } from './rollbacks-section.js';
import { spellTimes } from './parts.js';
import type { StatusView } from './status-view.js';

/** A rollback that runs, failed or ended so lately stands above the checks, seconds. */
const newsFor = 3600;

/** The part of the page that changes, red first. */
export function statusFragment(view: StatusView): Markup {
  const isNews = view.rollbacks.some(
    ({ result, ended_at: end }) => result === null || (end !== null && view.at - end < newsFor),
  );
  const rollbacks = rollbacksSection(view);
  return html`${headlinePanel(headlineOf(view))}${alertsSection(view)}${observationSection(view)}${isNews ? rollbacks : undefined}${checksSections(view)}${
    isNews ? undefined : rollbacks
  }${checklistSection(view)}${redlineSection(view)}`;
}

const signs: Readonly<Record<Tone, string>> = { bad: '!', warn: '!', good: '\u2713', quiet: '\u2013' };

/** The script reads its words aloud where they change, and writes them into the title. */
function headlinePanel({ tone, title, detail }: Headline): Markup {
  return html`<section
    class="headline ${tone}"
    id="headline"
    aria-labelledby="headline-title"
    data-title="${title}"
    data-tone="${tone}"
  >
    <span class="sign" aria-hidden="true">${signs[tone]}</span>
    <div>
      <h2 id="headline-title">${title}</h2>
      <p>${spellTimes(detail)}</p>
    </div>
  </section>`;
}
