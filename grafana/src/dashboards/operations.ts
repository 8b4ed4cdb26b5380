import { exporterMetric } from '../../../src/names.js';
import type { DashboardSpec } from '../spec.js';
import { alertsOverTime } from './head.js';

export const operations: DashboardSpec = {
  name: 'operations',
  title: 'Redline: operations',
  description:
    'Backend, model service, frontend: whether they answer, how fast, how well, and what the backend says of its risk.',
  span: '6h',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          view: 'states',
          key: 'BackendDown',
          alerts: ['BackendDown', 'ModelServiceDown', 'FrontendDown', 'ConsensusProbeFailed'],
          title: 'Probes of the services',
          states: 'up',
          queries: [
            {
              expr: `max by (target) (last_over_time(${exporterMetric.probeSuccess}{target=~"backend|model_service|frontend|consensus"}[30s]))`,
              legend: '{{target}}',
            },
          ],
          width: 10,
          height: 7,
        },
        { ...alertsOverTime('operations'), width: 14, height: 7 },
      ],
    },
    {
      title: 'Answers',
      panels: [
        {
          view: 'judged',
          alerts: ['ApiLatencyHigh'],
          title: 'How long answers take',
          names: ['last probe of', 'p95 of 5 minutes'],
        },
        { view: 'judged', alerts: ['ApiErrorRateHigh'], title: 'Share of 5xx of 5 minutes' },
        { view: 'judged', alerts: ['RateLimitNearLimit'], title: 'Requests used, of those that it takes' },
        { view: 'judged', alerts: ['ModelServiceUnreachable'], title: 'Answers 503 in 5 minutes', width: 6 },
        { view: 'judged', alerts: ['RateLimited'], title: 'Answers 429 in 5 minutes', width: 6 },
        { view: 'judged', alerts: ['LowConfidenceRejections'], title: 'Answers 412 in 5 minutes', width: 6 },
        {
          view: 'graph',
          key: 'answers-by-status',
          title: 'Answers in 5 minutes, by status',
          queries: [
            {
              expr: 'sum by (status_code) (redline:api_requests{kind="answers",window="5m",status_code!=""})',
              legend: '{{status_code}}',
            },
          ],
          width: 6,
        },
      ],
    },
    {
      title: 'Risk',
      panels: [
        {
          view: 'judged',
          alerts: ['DrawdownNearLimit'],
          title: 'Drawdown, as a share of its limit',
          width: 6,
        },
        {
          view: 'judged',
          alerts: ['RiskLimitBreached'],
          value: 'first',
          title: 'Drawdown, and its limit',
          width: 6,
        },
        {
          view: 'judged',
          alerts: ['RiskLimitBreached'],
          value: 'second',
          title: 'Answers 423 in 5 minutes: risk has locked it',
          width: 6,
        },
        {
          view: 'judged',
          alerts: ['ConfidenceCalibrationOff'],
          title: 'How far confidence and outcome are apart',
          width: 6,
        },
      ],
    },
    {
      title: 'Before more is risked: an hour',
      panels: [
        {
          view: 'judged',
          alerts: ['ApiErrorRateAboveAcceptance'],
          title: 'Share of 5xx of an hour',
          width: 12,
        },
        {
          view: 'judged',
          alerts: ['ApiLatencyAboveAcceptance'],
          title: 'How long answers take, over an hour',
          names: ['mean probe of', 'p95'],
          width: 12,
        },
      ],
    },
  ],
};
