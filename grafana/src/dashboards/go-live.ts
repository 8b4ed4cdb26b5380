import { exporterMetric } from '../../../src/names.js';
import type { DashboardSpec } from '../spec.js';
import { headRow } from './head.js';

export const goLive: DashboardSpec = {
  name: 'go-live',
  title: 'Redline: go-live',
  description: 'The two hours after real trading was switched on, against the limits of its profile.',
  span: '3h',
  rows: [
    headRow('go-live', 'go-live'),
    {
      title: 'What takes it back',
      panels: [
        {
          view: 'judged',
          alerts: ['GoLiveDailyLossEmergency', 'GoLiveDailyLossLimit'],
          title: 'Result of the day',
          description: 'A share of the portfolio; a loss is below 0.',
        },
        { view: 'judged', alerts: ['GoLiveEssTriggered'], title: 'Emergency stops since the start' },
        { view: 'judged', alerts: ['GoLiveCriticalError'], title: 'Critical errors since the start' },
        { view: 'judged', alerts: ['GoLivePositionLimit'], title: 'Open positions' },
        { view: 'judged', alerts: ['GoLiveLeverage'], title: 'Highest leverage' },
        {
          view: 'states',
          key: 'go-live-backend-unit',
          title: 'The backend’s unit',
          states: 'up',
          queries: [
            {
              expr: `max by (unit) (last_over_time(${exporterMetric.unitActive}{role="backend"}[30s]))`,
              legend: '{{unit}}',
            },
          ],
        },
      ],
    },
    {
      title: 'What keeps it from having passed',
      panels: [
        {
          view: 'judged',
          alerts: ['GoLiveRiskPerTrade'],
          title: 'Largest loss at a stop, of the portfolio',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['GoLiveCircuitBreakerOpen'],
          title: 'Circuit breakers that are open',
        },
        {
          view: 'states',
          key: 'GoLiveBackendUnavailable',
          alerts: ['GoLiveBackendUnavailable'],
          title: 'Does the backend answer?',
          states: 'success',
          queries: [
            {
              expr: `min(last_over_time(${exporterMetric.probeSuccess}{target="backend"}[30s]))`,
              legend: 'health probe',
            },
            { expr: 'redline:go_live_scraped', legend: 'scrapes of 15 s' },
          ],
        },
        {
          view: 'states',
          key: 'GoLiveMarkerMissing',
          alerts: ['GoLiveMarkerMissing'],
          title: 'The marker that switches real trading on',
          states: 'present',
          queries: [
            {
              expr: `max(last_over_time(${exporterMetric.fileExists}{file="go_live_marker"}[30s]))`,
              legend: 'marker',
            },
          ],
        },
        {
          view: 'judged',
          alerts: ['GoLiveSchedulerErrors'],
          title: 'Failed scheduler jobs in 15 minutes',
          names: ['', '15 minutes before:'],
          labels: ['job_id'],
        },
        { view: 'judged', alerts: ['GoLiveLatencyHigh'], title: 'p99 of the API, 10 minutes', unit: 's' },
        { view: 'judged', alerts: ['GoLiveFailover'], title: 'Failovers since the start' },
        {
          view: 'judged',
          alerts: ['GoLiveMarginHigh'],
          title: 'Margin used, of what is allowed',
          unit: 'percentunit',
        },
        {
          view: 'judged',
          alerts: ['GoLiveRiskGateSilent', 'GoLiveFirstOrder'],
          title: 'Trades executed since the start',
        },
      ],
    },
    {
      title: 'The end',
      panels: [
        {
          view: 'judged',
          alerts: ['GoLiveObservationPassed'],
          title: 'Share of the observation with telemetry',
          description: 'Of the input that was there least.',
          unit: 'percentunit',
          width: 12,
        },
        {
          view: 'graph',
          key: 'go-live-input-age',
          title: 'Age of the inputs that are judged',
          queries: [
            {
              expr: 'time() - (redline:input_timestamp_seconds and on (input) redline:expected_input{kind="go-live"})',
              legend: '{{input}}',
            },
          ],
          width: 12,
        },
      ],
    },
  ],
};
