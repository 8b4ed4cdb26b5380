import type { Markup } from '../charts/markup.js';
import { html } from './html.js';
import { page, type Visitor } from './layout.js';

/**
 * The status page around the part that changes.
 * @param title of the headline
 */
export function statusPage(fragment: Markup, title: string, visitor: Visitor | undefined): string {
  return page({
    title,
    visitor,
    isLive: true,
    main: html`<h1 class="hidden">Status</h1>
      <p class="hidden" id="said" role="status" aria-live="polite"></p>
      <p class="banner bad" id="stale" role="alert" hidden>
        Not current: the receiver does not answer. What is shown below was so before.
      </p>
      <div id="live" aria-busy="false">${fragment}</div>`,
  });
}
