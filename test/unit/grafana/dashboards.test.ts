import { describe, expect, it } from 'vitest';
import { panelId } from '../../../grafana/src/panel-id.js';
import { dashboards, panelsOf, type Panel } from '../../support/dashboards.js';

const columns = 24;
/** What a screen of 1080 lines shows below Grafana's own bars, in steps of 30 pixels and their gaps. */
const linesOfAScreen = 22;

const overlap = ({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('the dashboards', () => {
  it('are these, by uids that links may rely on', () => {
    expect(Object.fromEntries(dashboards.map(({ file, uid }) => [file, uid]))).toEqual({
      'go-live.json': 'redline-go-live',
      'itself.json': 'redline-itself',
      'operations.json': 'redline-operations',
      'overview.json': 'redline-overview',
      'playbook.json': 'redline-playbook',
      'post-calibration.json': 'redline-post-calibration',
      'qsc-canary.json': 'redline-qsc-canary',
      'rollbacks.json': 'redline-rollbacks',
    });
  });

  it('have titles of their own', () => {
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(dashboards.length);
  });
});

describe('the id of a panel', () => {
  it('is made of its key alone, and lasts', () => {
    expect(panelId('QscActionCollapse')).toBe(1537122479);
    expect(panelId('RedisDown')).toBe(1149877824);
  });

  it('is no panel’s on another dashboard', () => {
    const ids = dashboards.flatMap(({ panels }) => panels.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toBeGreaterThan(0);
  });
});

describe.each(dashboards)('$title', (dashboard) => {
  const panels = panelsOf(dashboard);

  it('gives every panel a title, a place of its own and at least one query', () => {
    for (const panel of dashboard.panels) {
      expect(panel.title).toMatch(/\S/);
      expect(panel.gridPos.x + panel.gridPos.w, panel.title).toBeLessThanOrEqual(columns);
      const hidden = dashboard.panels.filter((other) => other !== panel && overlap(other, panel));
      expect(
        hidden.map(({ title }) => title),
        panel.title,
      ).toEqual([]);
    }
    for (const { title, targets } of panels) expect(targets.length, title).toBeGreaterThan(0);
  });

  it('tells the series of a graph apart, by a legend for each query', () => {
    for (const { type, title, targets } of panels.filter(({ type }) => type !== 'table')) {
      for (const { legendFormat } of targets) expect(legendFormat, `${type} ${title}`).toMatch(/^\S/);
      const legends = targets.map(({ legendFormat }) => legendFormat);
      expect(new Set(legends).size, title).toBe(legends.length);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('asks the Prometheus that is chosen, by default the one that is provisioned', () => {
    const sources = panels.flatMap(({ targets }) => targets.map(({ datasource }) => datasource.uid));
    expect(new Set(sources)).toEqual(new Set(['${datasource}']));
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({
        name: 'datasource',
        type: 'datasource',
        query: 'prometheus',
        current: { text: 'Prometheus', value: 'prometheus' },
      }),
    );
  });

  it('marks deployments and rollbacks where they were', () => {
    expect(dashboard.annotations.list.map(({ name }) => name)).toEqual([
      'Deployments',
      'Observations ended',
      'Rollbacks',
    ]);
    for (const { expr, useValueForTime } of dashboard.annotations.list) {
      expect(useValueForTime).toBe(true);
      // Grafana takes times in milliseconds.
      expect(expr).toMatch(/^1000 \* max by .*_timestamp_seconds/);
    }
  });

  it('leads to the others, and to the status page', () => {
    expect(dashboard.tags).toEqual(['redline']);
    expect(dashboard.links).toContainEqual(
      expect.objectContaining({ type: 'dashboards', tags: ['redline'] }),
    );
    expect(dashboard.links).toContainEqual(expect.objectContaining({ type: 'link', title: 'Status page' }));
  });

  it('leads to no receiver that a link names', () => {
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'receiver', type: 'constant', skipUrlSync: true }),
    );
  });

  it('leads only to dashboards that there are', () => {
    const uids = dashboards.map(({ uid }) => uid);
    const linked = panels
      .flatMap(({ fieldConfig }) => fieldConfig?.defaults.links ?? [])
      .flatMap(({ url = '' }) => /^\/d\/([^?]+)/.exec(url)?.[1] ?? []);
    expect(linked.filter((uid) => !uids.includes(uid))).toEqual([]);
  });
});

describe('the overview', () => {
  const overview = dashboards.find(({ uid }) => uid === 'redline-overview');

  it('fits one screen, without rows', () => {
    const panels = overview?.panels ?? [];
    expect(panels.map(({ type }) => type)).not.toContain('row');
    expect(Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h))).toBeLessThanOrEqual(
      linesOfAScreen,
    );
  });

  it('leads to every other dashboard', () => {
    const urls = (overview?.panels ?? []).flatMap(({ fieldConfig }) =>
      (fieldConfig?.defaults.links ?? []).map(({ url = '' }) => url),
    );
    for (const { uid } of dashboards.filter((other) => other !== overview))
      expect(
        urls.some((url) => url.startsWith(`/d/${uid}?`)),
        uid,
      ).toBe(true);
  });
});
