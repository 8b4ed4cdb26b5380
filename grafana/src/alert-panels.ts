import { uidOf } from './names.js';
import { panelId } from './panel-id.js';
import { keyOf, type DashboardSpec } from './spec.js';

/** Where an alert is shown. */
export interface AlertPanel {
  /** uid */
  readonly dashboard: string;
  readonly panel: number;
}

/** The panel of an alert: the first that shows it; undefined where none does. */
export function panelOf(alert: string, dashboards: readonly DashboardSpec[]): AlertPanel | undefined {
  for (const { name, rows } of dashboards)
    for (const panel of rows.flatMap(({ panels }) => panels))
      if (panel.alerts?.includes(alert) === true)
        return { dashboard: uidOf(name), panel: panelId(keyOf(panel)) };
  return undefined;
}

/** Every alert that has a panel, by name. */
export function alertPanels(dashboards: readonly DashboardSpec[]): Record<string, AlertPanel> {
  const shown = dashboards.flatMap(({ rows }) =>
    rows.flatMap(({ panels }) => panels.flatMap(({ alerts }) => alerts ?? [])),
  );
  const found = [...new Set(shown)].sort().flatMap((alert) => {
    const panel = panelOf(alert, dashboards);
    return panel === undefined ? [] : [[alert, panel] as const];
  });
  return Object.fromEntries(found);
}
