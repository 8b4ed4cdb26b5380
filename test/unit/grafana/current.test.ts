import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../../grafana/src/files.js';
import { grafanaFolder } from '../../support/dashboards.js';

const files = generatedFiles();

describe('what is made for Grafana', () => {
  it.each(files)('$path is what code and rules say now (else: npm run dashboards)', ({ path, text }) => {
    expect(readFileSync(join(grafanaFolder, path), 'utf8')).toBe(text);
  });

  it('has no dashboard that no code makes', () => {
    const made = files.map(({ path }) => path).filter((path) => path.startsWith('dashboards/'));
    expect(
      readdirSync(join(grafanaFolder, 'dashboards'))
        .map((name) => `dashboards/${name}`)
        .sort(),
    ).toEqual(made.sort());
  });

  it('leads to the receiver that is named', () => {
    const [overview] = generatedFiles({ receiver: 'https://redline.example.org' });
    expect(overview?.text).toContain('"query": "https://redline.example.org"');
    expect(overview?.text).not.toContain('127.0.0.1');
  });
});
