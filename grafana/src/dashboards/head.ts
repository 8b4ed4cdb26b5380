import { receiverMetric, recordedMetric } from '../../../src/names.js';
import type { DeploymentKind } from '../../../src/deployments/deployment.js';
import type { RowSpec, StatesPanel, TablePanel } from '../spec.js';

const { observed, calibrationPhase } = recordedMetric;

/** What is under observation, its phase, the time left, and what fires for it; those with alerts first. */
export function observedTable(key: string, kind?: DeploymentKind): TablePanel {
  const of = kind === undefined ? '' : `{kind="${kind}"}`;
  const chosen = `${observed}${of}`;
  const shows = (one: DeploymentKind): boolean => kind === undefined || kind === one;
  const hasEnd = kind !== 'production';
  return {
    view: 'table',
    key,
    title: 'Under observation',
    empty: 'nothing is under observation',
    sortedBy: 'alerts',
    expressions: [
      `${chosen} * on (deployment) group_left () (sum by (deployment) (ALERTS{alertstate="firing",deployment!=""}) or sum by (deployment) (${observed}) * 0)`,
      `1000 * redline:deployment_start${of} and on (deployment) ${observed}`,
      ...(hasEnd
        ? [
            `(max by (kind, deployment, model) (last_over_time(${receiverMetric.deploymentEnd}${of}[30s])) - time()) and on (deployment) ${observed}`,
          ]
        : []),
      // Phase A lies inside of B: the narrower one is told.
      ...(shows('calibration')
        ? [
            `${chosen} * on (deployment) group_left (phase) (${calibrationPhase}{phase="A"} or on (deployment) ${calibrationPhase})`,
          ]
        : []),
    ],
    columns: [
      { field: 'kind' },
      ...(shows('canary') ? [{ field: 'model', absent: '' }] : []),
      { field: 'deployment' },
      ...(shows('calibration') ? [{ field: 'phase', absent: '' }] : []),
      ...(hasEnd ? [{ field: 'Value #C', title: 'time left', unit: 'dtdurations', absent: 'no end' }] : []),
      { field: 'Value #B', title: 'since', unit: 'dateTimeAsIso' },
      { field: 'Value #A', title: 'alerts', redFrom: 1 },
    ],
  };
}

/** When each alert of a runbook was pending, and when it fired. */
export function alertsOverTime(runbook: string): StatesPanel {
  const of = `runbook="${runbook}",alertname!="Watchdog"`;
  return {
    view: 'states',
    key: `alerts-of-${runbook}`,
    title: 'Alerts over time',
    description: 'Only alerts that were pending or firing in the time shown; none: all was quiet.',
    states: 'alert',
    queries: [
      {
        expr: `max by (alertname) (2 * ALERTS{alertstate="firing",${of}} or ALERTS{alertstate="pending",${of}})`,
        legend: '{{alertname}}',
      },
    ],
  };
}

/** The first row of a runbook's dashboard. */
export function headRow(runbook: string, kind: DeploymentKind): RowSpec {
  return {
    title: 'Now',
    panels: [
      { ...observedTable(`observed-${kind}`, kind), width: 10, height: 7 },
      { ...alertsOverTime(runbook), width: 14, height: 7 },
    ],
  };
}
