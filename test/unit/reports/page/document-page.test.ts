import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/package-root.js';
import { documentPage } from '../../../../src/reports/page/document-page.js';

const folder = join(packageRoot, 'docs', 'alerts');

describe('a page of Markdown', () => {
  it('is headings, paragraphs and blocks of code', () => {
    const page = documentPage('QscDeadZone', readFileSync(join(folder, 'QscDeadZone.md'), 'utf8'));
    expect(page).toContain('<h1>QscDeadZone</h1>');
    expect(page).toContain('<h2>What Redline did by itself</h2>');
    expect(page).toContain('<pre tabindex="0"><code>');
    expect(page).toContain('<code>npx redline deploy status</code>');
  });

  it('shows every page of an alert with one heading of the first order, its own name', () => {
    for (const file of readdirSync(folder)) {
      const name = file.replace(/\.md$/, '');
      const page = documentPage(name, readFileSync(join(folder, file), 'utf8'));
      expect(page.match(/<h1>/g), name).toHaveLength(1);
      expect(page).toContain(`<h1>${name}</h1>`);
    }
  });

  it('runs and fetches nothing that a text asks for', () => {
    const page = documentPage(
      '<title>',
      [
        '<script>alert(1)</script> <b onclick=x>bold</b>',
        '![picture](http://elsewhere/x.png)',
        '[link](javascript:alert(1)) [data](data:text/html,x) [ok](https://example.org/a)',
        '```html\n</code></pre><script>x</script>\n```',
      ].join('\n\n'),
      [{ text: 'Panel', url: 'http://grafana/d/x?viewPanel=1' }],
    );
    expect(page).not.toMatch(/<script|<b |<img|href="javascript|href="data:text/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('<a href="https://example.org/a">ok</a>');
    expect(page).toContain('<a href="http://grafana/d/x?viewPanel=1">Panel</a>');
  });
});
