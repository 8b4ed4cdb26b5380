import { drillResult } from '../deployments/drill.js';
import { receiverMetric as name } from '../names.js';
import type { DrillsState } from '../rollback/drill-state.js';
import { gauge, single, type Family } from './family.js';

/** How the drills went, also those before the receiver's last start. */
export function drillFamilies({ known, totals, lastSuccess, lastFailure }: DrillsState): Family[] {
  const newest = [...known.values()].findLast(({ result }) => result !== null);
  return [
    gauge(
      name.drillLeg,
      'How long each leg of the newest drill that is over took, since the leg before it, seconds; absent where it never came.',
      (newest?.legs ?? []).flatMap(({ leg, after }) =>
        after === null ? [] : [{ labels: { leg }, value: after }],
      ),
    ),
    gauge(
      name.drillLastRun,
      'End of the newest drill, however it ended, Unix seconds; absent where there was none.',
      single(newest?.ended_at ?? null),
    ),
    gauge(
      name.drillLastSuccess,
      'End of the newest drill that succeeded, Unix seconds.',
      single(lastSuccess),
    ),
    gauge(
      name.drillLastFailure,
      'End of the newest drill that failed, Unix seconds; the label is the first leg that never came.',
      lastFailure === null ? [] : [{ labels: { leg: lastFailure.leg }, value: lastFailure.at }],
    ),
    {
      name: name.drills,
      type: 'counter',
      help: 'Drills by how they ended, over the whole ledger; not_run: decided in shadow mode, where nothing is run.',
      series: drillResult.options.map((result) => ({ labels: { result }, value: totals[result] })),
    },
  ];
}
