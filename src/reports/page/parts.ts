import type { Markup } from '../charts/markup.js';
import { formatTime } from '../numbers.js';
import type { Tone } from './headline.js';
import { html } from './html.js';

const icons: Readonly<Record<Tone, string>> = { bad: '!', warn: '?', good: '\u2713', quiet: '\u2013' };

/** A word with a colour and a sign, so that neither is needed alone. */
export function chip(text: string, tone: Tone, sign: string = icons[tone]): Markup {
  return html`<span class="chip ${tone}"><span aria-hidden="true">${sign}</span> ${text}</span>`;
}

const severityTones: Readonly<Record<string, Tone>> = { critical: 'bad', warning: 'warn' };

/** How grave an alert is that fires, by its severity. */
export function severityTone(severity: string): Tone {
  return severityTones[severity] ?? 'quiet';
}

/** A word about an alert that fires. */
export function firingChip(text: string, severity: string): Markup {
  const tone = severityTone(severity);
  return chip(text, tone, tone === 'quiet' ? 'i' : '!');
}

/** A time as people read it, with what a program reads. @param seconds Unix seconds */
export function time(seconds: number): Markup {
  const text = formatTime(seconds);
  return html`<time datetime="${text}">${spellTimes(text)}</time>`;
}

/** Times in a text as people read them. */
export function spellTimes(text: string): string {
  return text.replaceAll(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$1 $2 UTC');
}

export interface PageFact {
  readonly label: string;
  readonly value: Markup;
  /** a long word: an id, a path */
  readonly isWide?: boolean;
}

export function factList(facts: readonly PageFact[]): Markup {
  return html`<dl class="facts">
    ${facts.map(
      ({ label, value, isWide = false }) =>
        html`<div class="${isWide ? 'wide' : ''}">
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** Where the page of an alert is; its long name may be broken between its words. */
export function alertLink(alertname: string): Markup {
  const words = alertname.split(/(?=[A-Z])/).map((word) => html`${word}<wbr />`);
  return html`<a href="/docs/alerts/${encodeURIComponent(alertname)}">${words}</a>`;
}

/** A section of the page, with its heading. @param id unique in the page */
export function section(id: string, title: string, ...content: readonly Markup[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;
}
