import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import type { DashboardLink, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Alert } from '../alerts.js';
import { describeAlerts, documentationLink } from '../links.js';
import { dataSource } from '../names.js';
import { panelId } from '../panel-id.js';
import { keyOf, type PanelSpec } from '../spec.js';

/** The alerts of the rules, by name. */
export type Alerts = ReadonlyMap<string, readonly Alert[]>;

/** What the builders of all kinds of panels have in common. */
interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: DataSourceRef): this;
  links(links: Builder<DashboardLink>[]): this;
  span(width: number): this;
  height(height: number): this;
}

const usualWidth = 8;
const usualHeight = 8;

/** Gives a panel its id, title, size, and what leads from it to the alerts' documentation. */
export function frame(builder: PanelBuilder, spec: PanelSpec, alerts: Alerts): Builder<Panel> {
  const shown = spec.alerts ?? [];
  const known = shown.flatMap((name) => alerts.get(name) ?? []);
  const description = [spec.description ?? '', describeAlerts(known)].filter((text) => text !== '');
  return builder
    .id(panelId(keyOf(spec)))
    .title(spec.title)
    .description(description.join('\n\n'))
    .datasource(dataSource)
    .links(shown.map(documentationLink))
    .span(spec.width ?? usualWidth)
    .height(spec.height ?? usualHeight);
}
