import { exporterMetric } from '../../names.js';
import { formatMoney } from '../money.js';
import { formatValue } from '../numbers.js';
import type { Enquiry } from '../playbook/enquiry.js';
import type { NotedValue } from './log.js';
import type { Look } from './looks.js';
import { riskMetric } from './backend-state.js';
import type { ObservedKind, Subject } from './subject.js';

/** A value that the log notes although no rule judges it. */
interface Noted {
  readonly label: string;
  readonly query: (subject: Subject) => string;
  readonly format: (value: number) => string;
}

const count = (value: number): string => formatValue(value, 'count');

const notedValues: Readonly<Record<ObservedKind, readonly Noted[]>> = {
  'go-live': [
    { label: 'Portfolio value', query: () => `max(${riskMetric.portfolio})`, format: formatMoney },
    {
      label: 'Orders executed since the backend started',
      query: () => `max(${riskMetric.counter}{counter="trades_executed"})`,
      format: count,
    },
  ],
  canary: [
    {
      label: "Events in the canary's window",
      query: () => `max(${exporterMetric.windowEvents}{window="canary"})`,
      format: count,
    },
    {
      label: 'Weight in force',
      query: ({ deployment: { model } }) =>
        `max(${exporterMetric.modelWeight}{file="canary",model=${JSON.stringify(model)}})`,
      format: (value) => formatValue(value, 'share'),
    },
  ],
  calibration: [
    { label: 'Equity', query: () => `max(${exporterMetric.equity})`, format: count },
    {
      label: 'Decisions in the history',
      query: () => `max(${exporterMetric.decisions})`,
      format: count,
    },
  ],
};

/**
 * Values that the log notes beside the judged ones.
 * @param enquiries one for each look, in their order
 */
export async function readNotedValues(
  enquiries: readonly Enquiry[],
  looks: readonly Look[],
  subject: Subject,
): Promise<NotedValue[]> {
  return Promise.all(
    notedValues[subject.kind].map(async ({ label, query, format }) => ({
      label,
      texts: await Promise.all(
        enquiries.map(async (enquiry, index) => {
          const value = looks[index]?.state === 'taken' ? await enquiry.number(query(subject)) : undefined;
          return value === undefined ? '' : format(value);
        }),
      ),
    })),
  );
}
