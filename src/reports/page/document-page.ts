import MarkdownIt from 'markdown-it';
import { html } from './html.js';
import { page, type Visitor } from './layout.js';

/** What the documentation and the incident files use; markup in them is shown as text, and no picture is fetched. */
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
/** Wide blocks are moved by the keyboard too. */
markdown.renderer.rules.fence = (tokens, index) => {
  const content = tokens[index]?.content ?? '';
  return `<pre tabindex="0"><code>${markdown.utils.escapeHtml(content)}</code></pre>\n`;
};

/** A link beside a document. */
export interface DocumentLink {
  readonly text: string;
  readonly url: string;
}

/**
 * A page of Markdown. Safe whatever the text holds: markup in it is escaped, and links of other schemes than http, https
 * and mailto are left as text.
 */
export function documentPage(
  title: string,
  source: string,
  links: readonly DocumentLink[] = [],
  visitor?: Visitor,
): string {
  return page({
    title,
    visitor,
    isNarrow: true,
    main: html`<article class="panel document">${{ markup: markdown.render(source) }}</article>
      <p>
        ${links.map(({ text, url }) => html`<a href="${url}">${text}</a> `)}<a href="/">Back to the status</a>
      </p>`,
  });
}
