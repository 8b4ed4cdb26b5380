import { exporterMetric, job, receiverMetric } from '../../../src/names.js';
import { uidOf } from '../names.js';
import type { DashboardSpec, PanelSpec, StatPanel } from '../spec.js';
import { observedTable } from './head.js';

/** Nobody looks at this one: it always fires. */
const unlooked = 'alertname!="Watchdog"';

/** Runbooks by how soon a person must know, and the dashboards that show them. */
const runbooks = [
  { runbook: 'qsc-canary', title: 'Canary', dashboard: 'qsc-canary' },
  { runbook: 'post-calibration', title: 'Calibration', dashboard: 'post-calibration' },
  { runbook: 'go-live', title: 'Go-live', dashboard: 'go-live' },
  { runbook: 'playbook', title: 'Production', dashboard: 'playbook' },
  { runbook: 'operations', title: 'Operations', dashboard: 'operations' },
  { runbook: 'redline', title: 'Redline itself', dashboard: 'itself' },
] as const;

/** 3, 2 and 1 for critical, warning and info. */
function levels(matchers: string): string {
  const firing = (severity: string): string =>
    `ALERTS{alertstate="firing",severity="${severity}",${matchers}}`;
  return `3 * ${firing('critical')} or 2 * ${firing('warning')} or ${firing('info')}`;
}

/** The worst that fires of each runbook. */
const tiles = runbooks.map(({ runbook, title, dashboard }): StatPanel => ({
  view: 'stat',
  key: `level-${runbook}`,
  title,
  states: 'level',
  leadsTo: uidOf(dashboard),
  queries: [{ expr: `max(${levels(`runbook="${runbook}",${unlooked}`)}) or vector(0)`, legend: title }],
  width: 4,
  height: 3,
}));

const firing: PanelSpec = {
  view: 'table',
  key: 'firing',
  title: 'Firing, the most urgent first',
  empty: 'nothing fires',
  sortedBy: 'severity',
  expressions: [`max by (alertname, runbook, deployment, rollback) (${levels(unlooked)})`],
  columns: [
    { field: 'Value', title: 'severity', states: 'level' },
    { field: 'alertname', title: 'alert', isAlert: true },
    { field: 'runbook' },
    { field: 'deployment', absent: '' },
    { field: 'rollback', title: 'rolls back', absent: '' },
  ],
  width: 14,
};

const watcher: readonly PanelSpec[] = [
  {
    view: 'stat',
    key: 'armed',
    title: 'Rolls back by itself',
    description: 'Armed: the receiver is in its mode `auto`, and the kill switch is off.',
    states: 'armed',
    queries: [
      {
        expr: `max(${receiverMetric.mode}{mode="auto"}) * (1 - max(${receiverMetric.killSwitch}))`,
        legend: 'armed',
      },
    ],
    leadsTo: uidOf('itself'),
    width: 4,
    height: 4,
  },
  {
    view: 'stat',
    key: 'overview-running',
    title: 'Rollback running',
    states: 'running',
    queries: [{ expr: `max(${receiverMetric.rollbackRunningSince} > bool 0)`, legend: 'rollback' }],
    leadsTo: uidOf('rollbacks'),
    width: 4,
    height: 4,
  },
  {
    view: 'stat',
    key: 'overview-rollbacks',
    title: 'Rollbacks, over the whole ledger',
    queries: [{ expr: `sum by (result) (${receiverMetric.rollbacks})`, legend: '{{result}}' }],
    leadsTo: uidOf('rollbacks'),
    width: 5,
    height: 4,
  },
  {
    view: 'stat',
    key: 'overview-programs',
    title: 'The watcher’s programs',
    states: 'up',
    queries: [
      {
        expr: `min by (job) (up{job=~"${job.exporter}|${job.receiver}|${job.prometheus}|${job.alertmanager}"})`,
        legend: '{{job}}',
      },
    ],
    leadsTo: uidOf('itself'),
    width: 8,
    height: 4,
  },
  {
    view: 'stat',
    key: 'overview-redis',
    title: 'Redis',
    states: 'up',
    queries: [{ expr: `min(${exporterMetric.redisUp})`, legend: 'Redis' }],
    leadsTo: uidOf('itself'),
    width: 3,
    height: 4,
  },
];

export const overview: DashboardSpec = {
  name: 'overview',
  title: 'Redline: overview',
  description:
    'One screen: what fires, what is under observation and for how long, and whether the watcher is awake.',
  span: '3h',
  rows: [
    {
      title: 'Now',
      panels: [
        ...tiles,
        { ...firing, height: 8 },
        { ...observedTable('observed'), width: 10, height: 8 },
        ...watcher,
        {
          view: 'states',
          key: 'levels-over-time',
          title: 'The worst that fired, by runbook',
          states: 'level',
          queries: [{ expr: `max by (runbook) (${levels(unlooked)})`, legend: '{{runbook}}' }],
          width: 24,
          height: 6,
        },
      ],
    },
  ],
};
