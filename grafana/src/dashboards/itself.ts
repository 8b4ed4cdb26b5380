import { exporterMetric, job, ownAlert, receiverMetric } from '../../../src/names.js';
import type { DashboardSpec } from '../spec.js';
import { alertsOverTime } from './head.js';

const { mode, killSwitch } = receiverMetric;

export const itself: DashboardSpec = {
  name: 'itself',
  title: 'Redline itself',
  description:
    'Is the watcher awake: exporter, Prometheus, Alertmanager, receiver, and the way between them.',
  span: '3h',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          view: 'states',
          key: 'ExporterDown',
          alerts: ['ExporterDown', 'ReceiverDown'],
          title: 'What Prometheus scrapes',
          states: 'up',
          queries: [{ expr: 'min by (job) (up)', legend: '{{job}}' }],
          width: 10,
          height: 7,
        },
        { ...alertsOverTime('redline'), width: 14, height: 7 },
      ],
    },
    {
      title: 'Does it roll back by itself?',
      panels: [
        {
          view: 'states',
          key: 'ShadowModeDuringDeployment',
          alerts: ['ShadowModeDuringDeployment'],
          title: 'Mode of the receiver',
          states: 'holds',
          queries: [{ expr: `max by (mode) (${mode})`, legend: '{{mode}}' }],
        },
        {
          view: 'states',
          key: 'KillSwitchOn',
          alerts: ['KillSwitchOn'],
          title: 'Kill switch',
          states: 'killSwitch',
          queries: [{ expr: `max(last_over_time(${killSwitch}[30s]))`, legend: 'kill switch' }],
        },
        {
          view: 'graph',
          key: 'Watchdog',
          alerts: ['Watchdog', ownAlert.watchdogMissing],
          title: 'Age of the last Watchdog',
          description: 'It comes every minute; where it stays away, the way of the alerts is broken.',
          queries: [{ expr: `time() - max(${receiverMetric.watchdogLastReceived})`, legend: 'Watchdog' }],
        },
      ],
    },
    {
      title: 'Exporter',
      panels: [
        {
          view: 'states',
          key: 'CollectorFailing',
          alerts: ['CollectorFailing'],
          title: 'Collectors',
          states: 'success',
          queries: [
            {
              expr: `min by (collector) (last_over_time(${exporterMetric.collectorSuccess}[30s]))`,
              legend: '{{collector}}',
            },
          ],
          height: 12,
        },
        {
          view: 'graph',
          key: 'collector-duration',
          title: 'How long a collector takes',
          queries: [
            { expr: `max by (collector) (${exporterMetric.collectorDuration})`, legend: '{{collector}}' },
          ],
          height: 12,
        },
        {
          view: 'judged',
          alerts: ['DeploymentInputMissing'],
          title: 'Age of the inputs',
          labels: ['input'],
          height: 12,
        },
        {
          view: 'graph',
          key: 'collector-errors',
          title: 'Errors of the collectors in 5 minutes',
          queries: [
            {
              expr: `sum by (collector) (increase(${exporterMetric.collectorErrors}[5m]))`,
              legend: '{{collector}}',
            },
          ],
          width: 12,
        },
        {
          view: 'graph',
          key: 'process-memory',
          title: 'Memory of the programs',
          queries: [
            {
              expr: `max by (job) (process_resident_memory_bytes{job=~"${job.exporter}|${job.receiver}|${job.prometheus}|${job.alertmanager}"})`,
              legend: '{{job}}',
            },
          ],
          width: 12,
        },
      ],
    },
    {
      title: 'Prometheus and Alertmanager',
      panels: [
        {
          view: 'judged',
          alerts: ['RuleEvaluationFailing'],
          value: 'first',
          title: 'Failed evaluations of rules in 5 minutes',
          width: 6,
        },
        {
          view: 'judged',
          alerts: ['RuleEvaluationFailing'],
          value: 'second',
          title: 'Age of the newest evaluation',
          labels: ['rule_group'],
          width: 6,
        },
        {
          view: 'judged',
          alerts: ['AlertDeliveryFailing'],
          title: 'Alerts that did not get through, in a minute',
          names: ['Alertmanager to receiver', 'Prometheus to Alertmanager'],
          width: 6,
        },
        {
          view: 'states',
          key: 'alertmanager-answers',
          title: 'Does an Alertmanager answer the receiver?',
          states: 'up',
          queries: [{ expr: `max(${receiverMetric.alertmanagerUp})`, legend: 'Alertmanager' }],
          width: 6,
        },
      ],
    },
    {
      title: 'Receiver',
      panels: [
        {
          view: 'graph',
          key: 'reconciliation-age',
          title: 'Age of the last comparison with Prometheus',
          queries: [
            { expr: `time() - max(${receiverMetric.reconciliationLastSuccess})`, legend: 'comparison' },
          ],
        },
        {
          view: 'graph',
          key: 'inbox',
          title: 'Webhooks that wait',
          queries: [{ expr: `max(${receiverMetric.inboxPending})`, legend: 'waiting' }],
        },
        {
          view: 'graph',
          key: 'webhooks',
          title: 'Webhooks in 5 minutes, by answer',
          queries: [{ expr: `sum by (code) (increase(${receiverMetric.webhooks}[5m]))`, legend: '{{code}}' }],
        },
        {
          view: 'graph',
          key: 'ledger-records',
          title: 'Records of the ledger',
          queries: [{ expr: `max(${receiverMetric.ledgerRecords})`, legend: 'records' }],
        },
        {
          view: 'graph',
          key: 'write-errors',
          title: 'Writes that failed',
          queries: [{ expr: `sum by (file) (${receiverMetric.writeErrors})`, legend: '{{file}}' }],
        },
        {
          view: 'graph',
          key: 'notifications',
          title: 'What Redline tells of itself',
          queries: [
            { expr: `max(${receiverMetric.notificationsSent})`, legend: 'sent' },
            { expr: `sum by (reason) (${receiverMetric.notificationsFailed})`, legend: 'failed: {{reason}}' },
          ],
        },
      ],
    },
    {
      title: 'Drills',
      panels: [
        {
          view: 'judged',
          alerts: ['DrillFailed'],
          title: 'Newest failed drill, against the newest that succeeded',
          names: ['failed at'],
          labels: ['leg'],
        },
        {
          view: 'graph',
          key: 'drill-legs',
          title: 'Legs of the newest drill',
          queries: [{ expr: `max by (leg) (${receiverMetric.drillLeg})`, legend: '{{leg}}' }],
        },
        { view: 'judged', alerts: ['RedlineDrill'], title: 'Age of the drill under way' },
      ],
    },
  ],
};
