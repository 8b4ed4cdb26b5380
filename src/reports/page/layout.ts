import type { Markup } from '../charts/markup.js';
import { html } from './html.js';
import { pageScript } from './script.js';
import { pageStyles } from './styles.js';

/** Who looks at a page: undefined where nobody is logged in. */
export interface Visitor {
  readonly operator: string;
  /** the token that each of the session's orders must bring */
  readonly csrf: string;
}

export interface PageParts {
  readonly title: string;
  readonly visitor: Visitor | undefined;
  readonly main: Markup;
  /** a column of text rather than a board */
  readonly isNarrow?: boolean;
  /** asks for what has changed, by the script, or without one by reloading itself */
  readonly isLive?: boolean;
}

/** A red line on nothing; as data, so that nothing is fetched. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect y='6' width='16' height='4' rx='2' fill='%23c8312a'/%3E%3C/svg%3E";

// Their policy allows these very texts: not a space may be added.
const styleElement: Markup = { markup: `<style>${pageStyles}</style>` };
const scriptElement: Markup = { markup: `<script>${pageScript}</script>` };

/** Seconds after which a page without a script reloads itself. */
const reloadAfter = 10;

/** A whole page: one file that asks for nothing outside of itself. */
export function page({ title, visitor, main, isNarrow = false, isLive = false }: PageParts): string {
  const document = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} – Redline</title>
      <link rel="icon" href="${{ markup: icon }}" />
      ${
        isLive ? html`<noscript><meta http-equiv="refresh" content="${reloadAfter}" /></noscript>` : undefined
      }
      ${styleElement}
    </head>
    <body>
      <a class="skip" href="#main">Skip to the content</a>
      <header class="top">
        <div>
          <p class="name"><a href="/">Redline</a></p>
          <nav aria-label="Actions">
            <ul>
              ${links(visitor)}
            </ul>
          </nav>
        </div>
      </header>
      <main id="main" tabindex="-1" ${isNarrow ? html` class="narrow"` : undefined}>${main}</main>
      <footer><p>Values and verdicts are those of Prometheus. Unknown is not zero.</p></footer>
      ${isLive ? scriptElement : undefined}
    </body>
  </html>`;
  return `<!doctype html>\n${document.markup}\n`;
}

function links(visitor: Visitor | undefined): Markup[] {
  const orders = [
    html`<li><a href="/orders/rollback">Roll back by hand</a></li>`,
    html`<li><a href="/orders/kill-switch">Kill switch</a></li>`,
  ];
  if (visitor === undefined) return [...orders, html`<li><a href="/login">Log in</a></li>`];
  return [
    ...orders,
    html`<li>
      <form method="post" action="/logout">
        ${csrfField(visitor)}<button class="link">Log out ${visitor.operator}</button>
      </form>
    </li>`,
  ];
}

/** What each form carries that changes something. */
export function csrfField({ csrf }: Pick<Visitor, 'csrf'>): Markup {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`;
}
