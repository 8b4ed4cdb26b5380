import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownAlert } from '../../../src/names.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { alertPanels, dashboards, grafanaFolder, panelsOf, type Panel } from '../../support/dashboards.js';
import { normalize } from '../../support/promql.js';
import { alertRules } from '../../support/rule-files.js';

const sourceFolder = join(grafanaFolder, 'src');
const names = [...new Set(alertRules.map(({ alert }) => alert))];

/** The panels that lead to the page of an alert, of all dashboards. */
function panelsAbout(alert: string): Panel[] {
  return dashboards.flatMap((dashboard) =>
    panelsOf(dashboard).filter(({ links }) => links.some(({ url }) => url === pageOf(alert))),
  );
}

function pageOf(alert: string): string {
  return `\${receiver:raw}/docs/alerts/${alert}`;
}

/** Where the alerts of a runbook are shown; Redline’s own rollbacks have a dashboard of theirs. */
const dashboardsOf = (runbook: string): string[] =>
  runbook === 'redline' ? ['redline-itself', 'redline-rollbacks'] : [`redline-${runbook}`];

/** The lines of a graph that are drawn at a number. */
function drawnNumbers(panels: readonly Panel[]): number[] {
  return panels
    .filter(({ fieldConfig }) => fieldConfig?.defaults.custom?.thresholdsStyle?.mode === 'dashed')
    .flatMap(({ fieldConfig }) => fieldConfig?.defaults.thresholds?.steps ?? [])
    .flatMap(({ value }) => (value === null ? [] : [value]));
}

/** The expressions of the panels, without what turns a point in time into milliseconds. */
function expressions(panels: readonly Panel[]): string[] {
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => normalize(/^1000 \* \((.*)\)$/s.exec(expr)?.[1] ?? expr)),
  );
}

describe.each(names)('%s', (alert) => {
  const rules = alertRules.filter((rule) => rule.alert === alert);
  const panels = panelsAbout(alert);

  it('has a panel on the dashboard of its runbook', () => {
    const found = alertPanels[alert];
    expect(dashboardsOf(rules[0]?.labels.runbook ?? '')).toContain(found?.dashboard);
    const dashboard = dashboards.find(({ uid }) => uid === found?.dashboard);
    expect(panels.map(({ id }) => id)).toContain(found?.panel);
    expect(dashboard?.panels.map(({ id }) => id)).toContain(found?.panel);
  });

  it('is told of there, with a link to its page', () => {
    for (const { description } of panels) expect(description).toContain(`[${alert}](${pageOf(alert)})`);
  });

  it('is drawn there by its own query, each limit as a line', () => {
    const graphs = panels.filter(({ type }) => type === 'timeseries');
    for (const { annotations } of rules) {
      // What is a yes or no is a band of states, which has no line.
      if (graphs.length === 0) {
        expect([undefined, '1']).toContain(annotations.limit);
        continue;
      }
      for (const [value, limit] of [
        [annotations.query, annotations.limit],
        [annotations.query_2, annotations.limit_2],
      ]) {
        if (value === undefined || limit === undefined) continue;
        expect(expressions(graphs)).toContain(normalize(value));
        if (Number.isFinite(Number(limit))) expect(drawnNumbers(graphs)).toContain(Number(limit));
        else expect(expressions(graphs)).toContain(normalize(limit));
      }
    }
  });
});

describe('the index of alerts and panels', () => {
  it('names every alert of the rules and every one of the receiver’s own, and no other', () => {
    expect(Object.keys(alertPanels).sort()).toEqual([...names, ...Object.values(ownAlert)].sort());
  });

  it('is of alerts that have a page', () => {
    for (const alert of Object.keys(alertPanels))
      expect(existsSync(join(packageRoot, 'docs', 'alerts', `${alert}.md`)), alert).toBe(true);
  });
});

describe('the code', () => {
  it('repeats no limit: they stand in the rules alone', () => {
    const limits = alertRules.flatMap(({ annotations }) =>
      [annotations.limit, annotations.limit_2].filter(
        (limit) => limit !== undefined && /^-?\d*\.\d+$|^\d{3,}$/.test(limit),
      ),
    );
    expect(limits.length).toBeGreaterThan(0);
    const written = sources()
      .flatMap((text) => text.match(/(?<![\w.])\d+(?:\.\d+)?/g) ?? [])
      .map(Number);
    // The median is a quantile, and the height of a band a share of its row.
    const ours = new Set([0.5, 0.8, 0.95]);
    expect(written.filter((found) => !ours.has(found) && limits.map(Number).includes(found))).toEqual([]);
  });
});

function sources(): string[] {
  return readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(sourceFolder, name), 'utf8'));
}
