import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, lines } from '../../../../src/reports/page/html.js';

const evil = `"><script>alert('x')</script>&\u202e\u0000`;

describe('a piece of a page', () => {
  it('takes text of others as text, in an element and in an attribute', () => {
    expect(html`<a title="${evil}">${evil}</a>`.markup).toBe(
      `<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\uFFFD\uFFFD">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\uFFFD\uFFFD</a>`,
    );
  });

  it('takes what it made itself as it is, several of it one after the other, and undefined as nothing', () => {
    const word = (text: string) => html`<b>${text}</b>`;
    expect(html`<p>${['a', '<b>'].map(word)}${undefined}${3}</p>`.markup).toBe(
      '<p><b>a</b><b>&lt;b&gt;</b>3</p>',
    );
  });

  it('lets no text whatever begin or end anything', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', ';', 'a', '\u202e') }),
        (text) => {
          expect(html`${text}`.markup).not.toMatch(/[<>"']/);
        },
      ),
    );
  });

  it('keeps the lines of an output, and nothing else that moves a cursor', () => {
    expect(lines('one\n\ttwo\r\n\u001b[2J<b>').markup).toBe('one\n\ttwo\n\uFFFD[2J&lt;b&gt;');
  });
});
