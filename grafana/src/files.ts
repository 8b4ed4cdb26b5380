import { DashboardLinkPlacement } from '@grafana/grafana-foundation-sdk/dashboard';
import { alertPanels } from './alert-panels.js';
import { readAlerts, type Alert } from './alerts.js';
import { buildDashboard } from './dashboard.js';
import { dashboards } from './dashboards.js';

/** A file to write. */
export interface GeneratedFile {
  /** below the folder of all that is for Grafana */
  readonly path: string;
  readonly text: string;
}

export interface Settings {
  /** where the receiver is reached by a browser, without a path; left out: as the alerts' `runbook_url` says */
  readonly receiver?: string | undefined;
}

/**
 * All that is made of the code: a file for each dashboard, and which panel shows which alert.
 * @throws Error where code and rules do not go together
 */
export function generatedFiles({ receiver }: Settings = {}): GeneratedFile[] {
  const rules = readAlerts();
  const byName = new Map<string, Alert[]>();
  for (const rule of rules) byName.set(rule.name, [...(byName.get(rule.name) ?? []), rule]);
  const address = receiver ?? addressOf(rules);
  return [
    ...dashboards.map((spec) => ({
      path: `dashboards/${spec.name}.json`,
      text: json(buildDashboard(spec, byName, address)),
    })),
    { path: 'dashboards-index.json', text: json(alertPanels(dashboards)) },
  ];
}

/** The receiver's address is that of the alerts' pages. */
function addressOf(rules: readonly Alert[]): string {
  const [first] = rules;
  if (first === undefined) throw new Error('prometheus/rules holds no alert');
  return new URL(first.documentation).origin;
}

function json(value: object): string {
  return `${JSON.stringify(value, inSight, 2)}\n`;
}

/** The SDK moves every link and mark into a menu of newer Grafanas by default; without that they stand on the dashboard. */
function inSight(key: string, value: unknown): unknown {
  return key === 'placement' && value === DashboardLinkPlacement.InControlsMenu ? undefined : value;
}
