import { describe, expect, it } from 'vitest';
import { dashboards, panelsOf, withEverything } from '../../support/dashboards.js';
import { declared, recorded } from '../../support/known-metrics.js';
import { selectorsOf } from '../../support/promql.js';

/** What every program of ours, Prometheus and Alertmanager say of their process. */
const ofEveryProcess = ['process_resident_memory_bytes'];

const isKnown = (name: string): boolean =>
  declared.has(name) || recorded.has(name) || ofEveryProcess.includes(name);

describe.each(dashboards)('$title', (dashboard) => {
  const asked = [
    ...panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...dashboard.annotations.list.map(({ expr }) => expr),
  ];

  it('uses only metrics that a program declares or a rule records', () => {
    const names = asked.flatMap((expr) => selectorsOf(withEverything(expr)).map(({ name }) => name));
    expect([...new Set(names)].filter((name) => !isKnown(name))).toEqual([]);
  });

  it('lets choose only by labels of such metrics', () => {
    const queries = dashboard.templating.list
      .filter(({ type }) => type === 'query')
      .map(({ query }) => JSON.stringify(query));
    for (const query of queries) expect(/label_values\((\w+), \w+\)/.exec(query)?.[1]).toSatisfy(isKnown);
  });
});
