import { describe, expect, it } from 'vitest';
import { coloursFor } from '../../../../src/platform/colours.js';
import { paintFor, plainPaint } from '../../../../src/reports/paint.js';
import { renderHtml } from '../../../../src/reports/playbook/render-html.js';
import { renderMarkdown } from '../../../../src/reports/playbook/render-markdown.js';
import { renderText } from '../../../../src/reports/playbook/render-text.js';
import { reportDocument } from '../../../../src/reports/playbook/report-document.js';
import { reportJson } from '../../../../src/reports/playbook/report-json.js';
import { emptyReport, fullReport } from './example-report.js';

const wrong = /NaN|undefined|Infinity|\[object/;
const full = reportDocument(fullReport());
const renderers = {
  text: (document: typeof full) => renderText(document, plainPaint),
  md: renderMarkdown,
  html: renderHtml,
};

describe.each(Object.entries(renderers))('a report as %s', (_, render) => {
  it('says what is missing as missing, whatever its length', () => {
    for (const hours of [1, 6, 24, 168, 720, 2160]) {
      const text = render(reportDocument(emptyReport(hours)));
      expect(text).not.toMatch(wrong);
      expect(text).toContain('Prometheus knows nothing of the trading tables in this time');
      expect(text).toContain('unknown');
      expect(text).not.toMatch(/\$0\.00|(?<![\d.])0\.0%/);
    }
  });

  it('tells what was found', () => {
    const text = render(full);
    expect(text).not.toMatch(wrong);
    for (const found of ['53.3%', '44.0%', '268.25', '11.4%', 'WinRateLow', 'All symbols perform'])
      expect(text).toContain(found);
  });

  it('lets no control character of others through', () => {
    expect(render(full)).not.toContain('\u001b');
  });
});

it('is painted only where it is asked to be', () => {
  const paint = paintFor(coloursFor({ isTTY: true }, {}));
  expect(renderText(full, paint)).toContain('\u001b[31mcritical\u001b[39m');
  expect(renderText(full, plainPaint)).toMatch(
    /\[x\] Few errors[^]*\[ \] All symbols perform[^]*\[\?\] News are collected/,
  );
});

it('has in Markdown no markup of others, and one row a line', () => {
  const text = renderMarkdown(full);
  expect(text).not.toMatch(/<script/);
  const rows = text.split('\n').filter((line) => line.startsWith('| &lt;script'));
  // The bar in the name is no column.
  expect(rows.map((row) => row.split(/(?<!\\)\|/).length)).toEqual([8]);
  expect(text).toContain('- [ ] **unknown:** News are collected');
});

describe('the HTML file', () => {
  const html = renderHtml(full);

  it('stands for itself and runs nothing', () => {
    const outside = /<script|<link|<img|<iframe|\s(?:src|href|on\w+)="|url\(|@import/i;
    // Not with toMatch: a failure would print the whole page.
    expect(outside.exec(html)).toBeNull();
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });

  it('closes what it opens', () => {
    const open: string[] = [];
    for (const [, slash, name = ''] of html
      .replace(/<style>.*?<\/style>/s, '')
      .matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (name === 'meta') continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('names and describes each picture, with ids of its own', () => {
    const pictures =
      html.match(/<svg [^>]*aria-labelledby="[^"]+"[^>]*><title id="[^"]+">[^<]+<\/title><desc /g) ?? [];
    expect(pictures).toHaveLength(html.match(/<svg /g)?.length ?? 0);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('JSON', () => {
  it('has the same keys whether something is known or not', () => {
    const keys = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? '.'
        : Object.entries(value).map(([key, part]) => [key, keys(part)]);
    const empty = reportJson({ ...emptyReport(168), operations: fullReport().operations });
    const found = reportJson(fullReport());
    // The best day is one or none.
    const withoutDays = (report: object) => JSON.stringify(keys({ ...report, finance: '.' }));
    expect(withoutDays(empty)).toBe(withoutDays(found));
    expect(JSON.stringify(empty)).toContain('"win_ratio":null');
  });
});
