import { receiverMode, type ReceiverMode } from '../deployments/rollback.js';
import { receiverMetric as name } from '../names.js';
import { gauge, single, type Family } from './family.js';

/** What the receiver itself is about. Times are Unix seconds, null where there is none. */
export interface PipelineReadings {
  readonly mode: ReceiverMode;
  readonly ledgerRecords: number;
  readonly ledgerWriteErrors: number;
  readonly inboxWriteErrors: number;
  readonly inboxPending: number;
  readonly inboxOldest: number | null;
  readonly reconciled: number | null;
  readonly reconciliationErrors: number;
  readonly unknownRules: number;
}

export function pipelineFamilies(readings: PipelineReadings): Family[] {
  return [
    gauge(
      name.mode,
      '1 for the mode that the receiver runs in.',
      receiverMode.options.map((mode) => ({ labels: { mode }, value: mode === readings.mode ? 1 : 0 })),
    ),
    gauge(name.ledgerRecords, 'Records in the ledger.', single(readings.ledgerRecords)),
    {
      name: name.writeErrors,
      type: 'counter',
      help: 'Writes to the ledger and to the inbox that failed: nothing was begun, webhooks were answered 503.',
      series: [
        { labels: { file: 'ledger' }, value: readings.ledgerWriteErrors },
        { labels: { file: 'inbox' }, value: readings.inboxWriteErrors },
      ],
    },
    gauge(name.inboxPending, 'Webhooks accepted and not acted upon yet.', single(readings.inboxPending)),
    gauge(
      name.inboxOldest,
      'Receipt of the webhook that waits longest, Unix seconds; absent while none waits.',
      single(readings.inboxOldest),
    ),
    gauge(
      name.reconciliationLastSuccess,
      'When the alerts of Prometheus were last compared with the ledger, Unix seconds.',
      single(readings.reconciled),
    ),
    {
      name: name.reconciliationErrors,
      type: 'counter',
      help: 'Comparisons that Prometheus did not answer.',
      series: single(readings.reconciliationErrors),
    },
    gauge(
      name.unknownRules,
      'Rules with a rollback label that Prometheus could not evaluate.',
      single(readings.unknownRules),
    ),
  ];
}
