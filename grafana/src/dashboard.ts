/* eslint-disable @typescript-eslint/no-deprecated -- Grafana reads this schema from files and imports; its successor only where the newest one has it switched on. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type Dashboard,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.js';
import { commonLinks } from './links.js';
import { tag, uidOf } from './names.js';
import { panelId } from './panel-id.js';
import type { DashboardSpec, PanelSpec } from './spec.js';
import { variables } from './variables.js';
import type { Alerts } from './views/frame.js';
import { graphPanel } from './views/graph.js';
import { judgedPanel } from './views/judged.js';
import { statPanel } from './views/stat.js';
import { statesPanel } from './views/states.js';
import { tablePanel } from './views/table.js';

/** Nothing on the dashboards is newer. What is stated here is what a Grafana must know at least: the newer ones migrate by themselves. */
const schemaVersion = 39;

/**
 * A dashboard as Grafana reads it.
 * @param receiver where the receiver is reached by a browser, without a path
 * @throws Error where a panel names an alert that the rules do not have
 */
export function buildDashboard(spec: DashboardSpec, alerts: Alerts, receiver: string): Dashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(uidOf(spec.name))
    .description(spec.description)
    .tags([tag])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: `now-${spec.span}`, to: 'now' })
    .refresh('10s')
    .timezone('browser')
    .links(commonLinks())
    .annotations(annotations())
    .variables(variables(receiver, spec.hasModels ?? false));
  for (const { title, panels } of spec.rows) {
    if (spec.rows.length > 1) builder.withRow(new RowBuilder(title).id(panelId(`${spec.name}/${title}`)));
    for (const panel of panels) builder.withPanel(buildPanel(panel, alerts));
  }
  return { ...builder.build(), schemaVersion };
}

function buildPanel(spec: PanelSpec, alerts: Alerts): Builder<Panel> {
  switch (spec.view) {
    case 'judged':
      return judgedPanel(spec, alerts);
    case 'graph':
      return graphPanel(spec, alerts);
    case 'states':
      return statesPanel(spec, alerts);
    case 'stat':
      return statPanel(spec, alerts);
    case 'table':
      return tablePanel(spec, alerts);
  }
}
