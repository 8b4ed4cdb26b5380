import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageHeaders } from '../../../src/platform/security-headers.js';
import { page } from '../../../src/reports/page/layout.js';
import { pageScript } from '../../../src/reports/page/script.js';
import { pageStyles } from '../../../src/reports/page/styles.js';
import { html } from '../../../src/reports/page/html.js';

function contentOf(document: string, name: 'style' | 'script'): string {
  return new RegExp(`<${name}>([^]*?)</${name}>`).exec(document)?.[1] ?? '';
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

describe('the policy of a page', () => {
  it('allows the very style and script that stand in it, and nothing from elsewhere', () => {
    const document = page({ title: 'x', visitor: undefined, main: html``, isLive: true });
    const policy = pageHeaders(pageStyles, pageScript)['Content-Security-Policy'];
    expect(policy).toContain(`style-src ${hash(contentOf(document, 'style'))};`);
    expect(policy).toContain(`script-src ${hash(contentOf(document, 'script'))};`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('lets a page without a script run none', () => {
    const document = page({ title: 'x', visitor: undefined, main: html`` });
    expect(document).not.toContain('<script');
    expect(pageHeaders(pageStyles)['Content-Security-Policy']).not.toContain('script-src');
  });

  it('writes no style and no handler into an element, which the policy would forbid', () => {
    const document = page({ title: 'x', visitor: { operator: 'a', csrf: 'b' }, main: html``, isLive: true });
    expect(document).not.toMatch(/<[^>]+\s(?:style|on\w+)=/);
  });
});
