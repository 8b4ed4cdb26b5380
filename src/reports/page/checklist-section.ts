import type { Markup } from '../charts/markup.js';
import type { Box, BoxState } from '../playbook/document.js';
import type { ShownChecklist } from './checklists.js';
import { html } from './html.js';
import { section, spellTimes } from './parts.js';
import type { StatusView } from './status-view.js';

const marks: Readonly<Record<BoxState, { readonly sign: string; readonly className: string }>> = {
  ticked: { sign: '\u2713', className: 'ticked' },
  'not ticked': { sign: '\u2717', className: 'open' },
  unknown: { sign: '?', className: 'unknown' },
  'to do': { sign: '\u00a0', className: 'todo' },
};

/** The checklists of the runbooks; nothing where nothing was ever under observation. */
export function checklistSection({ checklists }: StatusView): Markup[] {
  if (checklists.state === 'unknown')
    return [section('checklists', 'Checklists', html`<p class="note">Not known: ${checklists.reason}.</p>`)];
  if (checklists.value.length === 0) return [];
  return [
    section(
      'checklists',
      'Checklists',
      html`<p class="note">
        Ticked by themselves: the alerts that judge a box could see, and stayed silent so far. Unknown is not
        ticked.
      </p>`,
      html`<div class="columns">${checklists.value.map(list)}</div>`,
    ),
  ];
}

function list({ title, boxes }: ShownChecklist): Markup {
  return html`<div class="list">
    <h3>${title}</h3>
    <ul class="boxes">
      ${boxes.map(box)}
    </ul>
  </div>`;
}

function box({ state, text, note }: Box): Markup {
  const { sign, className } = marks[state];
  return html`<li class="${className}">
    <span class="mark" role="img" aria-label="${state}">${sign}</span
    ><span>${text} <span class="note">${spellTimes(note)}</span></span>
  </li>`;
}
