import { ownAlert, receiverMetric } from '../../../src/names.js';
import type { DashboardSpec } from '../spec.js';

const { rollbacks: total, rollbackDuration, deliveryLag } = receiverMetric;

export const rollbacks: DashboardSpec = {
  name: 'rollbacks',
  title: 'Redline: rollbacks',
  description: 'What was rolled back, how it ended, how long it took, and what was decided on every alert.',
  span: '7d',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          view: 'stat',
          key: 'rollback-running',
          alerts: [ownAlert.rollbackStarted],
          title: 'Running now',
          states: 'running',
          queries: [
            { expr: `max by (plan) (${receiverMetric.rollbackRunningSince} > bool 0)`, legend: '{{plan}}' },
          ],
          width: 10,
          height: 5,
        },
        {
          view: 'stat',
          key: 'rollbacks-succeeded',
          alerts: [ownAlert.rollbackSucceeded],
          title: 'Succeeded, over the whole ledger',
          queries: [{ expr: `sum by (plan) (${total}{result="succeeded"})`, legend: '{{plan}}' }],
          width: 7,
          height: 5,
        },
        {
          view: 'stat',
          key: 'rollbacks-failed',
          alerts: [ownAlert.rollbackFailed],
          title: 'Failed, over the whole ledger',
          queries: [{ expr: `sum by (plan) (${total}{result="failed"})`, legend: '{{plan}}' }],
          width: 7,
          height: 5,
        },
      ],
    },
    {
      title: 'The newest rollbacks',
      panels: [
        {
          view: 'table',
          key: 'newest-rollbacks',
          title: 'By plan and deployment',
          description: 'The audit says more: `redline audit`, `redline incident <rollback>`.',
          empty: 'nothing was rolled back yet',
          sortedBy: 'began',
          expressions: [
            `1000 * max by (plan, deployment) (${receiverMetric.rollbackStarted})`,
            `max by (plan, deployment) (${receiverMetric.rollbackEnded}) - max by (plan, deployment) (${receiverMetric.rollbackStarted})`,
            `1000 * max by (plan, deployment) (${receiverMetric.rollbackLastSuccess})`,
            `1000 * max by (plan, deployment) (${receiverMetric.rollbackLastFailure})`,
          ],
          columns: [
            { field: 'plan' },
            { field: 'deployment' },
            { field: 'Value #A', title: 'began', unit: 'dateTimeAsIso' },
            { field: 'Value #B', title: 'took', unit: 's', absent: 'still running' },
            { field: 'Value #C', title: 'succeeded', unit: 'dateTimeAsIso', absent: '' },
            { field: 'Value #D', title: 'failed', unit: 'dateTimeAsIso', absent: '' },
          ],
          width: 24,
        },
      ],
    },
    {
      title: 'Trouble with a rollback',
      panels: [
        {
          view: 'judged',
          alerts: ['RollbackFailed'],
          title: 'Newest failure, against the newest success',
          description: 'A failure later than the success of its plan (dashed) was never made good.',
          labels: ['plan'],
          width: 12,
        },
        {
          view: 'judged',
          alerts: ['RollbackStuck'],
          title: 'How long a rollback has been running',
          labels: ['plan'],
          width: 12,
        },
      ],
    },
    {
      title: 'How fast',
      panels: [
        {
          view: 'graph',
          key: 'rollback-duration',
          title: 'Mean duration of a rollback',
          description: 'From the decision to the end, since the receiver was started.',
          queries: [
            {
              expr: `sum by (plan) (${rollbackDuration}_sum) / (sum by (plan) (${rollbackDuration}_count) > 0)`,
              legend: '{{plan}}',
            },
          ],
          unit: 's',
          width: 12,
        },
        {
          view: 'graph',
          key: 'delivery-lag',
          title: 'From the start of an alert to its receipt',
          description: 'Median and 95th percentile, since the receiver was started.',
          queries: [
            { expr: `histogram_quantile(0.5, sum by (le) (${deliveryLag}_bucket))`, legend: 'median' },
            { expr: `histogram_quantile(0.95, sum by (le) (${deliveryLag}_bucket))`, legend: 'p95' },
          ],
          unit: 's',
          width: 12,
        },
      ],
    },
    {
      title: 'What was decided',
      panels: [
        {
          view: 'graph',
          key: 'decisions',
          alerts: [ownAlert.rollbackLatched, ownAlert.rollbackRefused],
          title: 'Decisions on alerts, since the receiver was started',
          queries: [{ expr: `sum by (decision) (${receiverMetric.decisions})`, legend: '{{decision}}' }],
          width: 12,
        },
        {
          view: 'judged',
          alerts: ['RollbackAlertSilenced'],
          title: 'Alerts that roll back and are silenced',
          width: 12,
        },
      ],
    },
  ],
};
