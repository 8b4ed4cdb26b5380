import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PanelLinks } from '../../../../src/receiver/page/panel-links.js';

function indexFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'redline-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'dashboards-index.json');
  writeFileSync(path, content);
  return path;
}

const index = '{"QscDeadZone": {"dashboard": "redline-qsc-canary", "panel": 7}}';

it('an alert links to its panel, where Grafana is known and draws it', () => {
  const links = new PanelLinks('http://grafana:3000/base/', indexFile(index));
  expect(links.of('QscDeadZone')).toEqual(['http://grafana:3000/base/d/redline-qsc-canary?viewPanel=7']);
  expect(links.of('Watchdog')).toEqual([]);
  expect(links.of('constructor')).toEqual([]);
});

it('no link is made without the address of Grafana, or where the dashboards are not there', () => {
  expect(new PanelLinks('', indexFile(index)).of('QscDeadZone')).toEqual([]);
  expect(new PanelLinks('http://grafana:3000', '/nowhere/at/all.json').of('QscDeadZone')).toEqual([]);
  expect(new PanelLinks('http://grafana:3000', indexFile('{')).of('QscDeadZone')).toEqual([]);
});
