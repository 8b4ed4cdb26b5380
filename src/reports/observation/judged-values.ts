import type { AlertingRule, Sample } from '../../alerts/prometheus.js';
import { isInScope, wholeScope } from '../judged-scope.js';
import { evaluateLimits } from '../limits.js';
import type { Enquiry } from '../playbook/enquiry.js';
import { aboutText } from '../playbook/alert-section.js';
import type { Look } from './looks.js';
import type { Subject } from './subject.js';

/** A value that a rule judged at some time, with its limits. */
export interface ValueAt {
  /** what it is of, where the rule judges several; else empty */
  readonly of: string;
  readonly value: number;
  /** two are the ends of a band */
  readonly limits: readonly (number | undefined)[];
}

/** What a rule judged over an observation. */
export interface JudgedValues {
  readonly alertname: string;
  readonly severity: string;
  /** the PromQL of what it judges; empty: it states none */
  readonly query: string;
  /** by look; undefined: that is not taken, or there was no value */
  readonly looks: readonly (readonly ValueAt[])[];
  /** at the end of what is known */
  readonly last: readonly ValueAt[];
  /** over the whole observation; undefined: there never was a value */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
}

/** Points over an observation at which values are asked for, and the shortest pause between two, seconds. */
const points = 240;
const shortestStep = 15;

/**
 * What each of the rules judged: at each look, and from its lowest to its highest.
 * @param enquiries one for each look, in their order
 */
export async function readJudgedValues(
  enquiry: Enquiry,
  enquiries: readonly Enquiry[],
  rules: readonly AlertingRule[],
  subject: Subject,
  looks: readonly Look[],
): Promise<JudgedValues[]> {
  return Promise.all(
    rules.map(async (rule) => {
      const { query = '' } = rule.annotations;
      const named = { alertname: rule.name, severity: rule.labels.severity ?? '', query };
      if (query === '')
        return { ...named, looks: looks.map(() => []), last: [], lowest: undefined, highest: undefined };
      const [last, range, ...atLooks] = await Promise.all([
        valuesAt(enquiry, rule, subject),
        rangeOf(enquiry, query, subject),
        ...enquiries.map((look, index) =>
          looks[index]?.state === 'taken' ? valuesAt(look, rule, subject) : [],
        ),
      ]);
      return { ...named, looks: atLooks, last, ...range };
    }),
  );
}

async function valuesAt(
  enquiry: Enquiry,
  { annotations }: AlertingRule,
  subject: Subject,
): Promise<ValueAt[]> {
  const { query = '', limit, query_2: query2, limit_2: limit2 } = annotations;
  const texts = query2 === query && limit2 !== undefined ? [limit, limit2] : [limit];
  const nothing = (): undefined => undefined;
  const [samples, ...limits] = await Promise.all([
    enquiry.samples(query),
    ...texts.map((text) =>
      enquiry.other((prometheus) => evaluateLimits(prometheus, text, enquiry.at), nothing),
    ),
  ]);
  const own = samples.filter((sample) => isOf(sample, subject));
  return own.map(({ labels, value }) => ({
    of: own.length === 1 ? '' : aboutText({ labels: withoutOwn(labels) }),
    value,
    limits: limits.map((of) => of(labels)),
  }));
}

async function rangeOf(
  enquiry: Enquiry,
  query: string,
  subject: Subject,
): Promise<Pick<JudgedValues, 'lowest' | 'highest'>> {
  const { start, end } = subject;
  const step = Math.max(shortestStep, Math.ceil((end - start) / points));
  // Backwards from the end, so that a short observation has a value too.
  const first = end - Math.floor((end - start) / step) * step;
  const series = await enquiry.series(query, { start: first, end, step });
  const values = series
    .filter((one) => isOf(one, subject))
    .flatMap((one) => one.points.map(([, value]) => value));
  return {
    lowest: values.length === 0 ? undefined : Math.min(...values),
    highest: values.length === 0 ? undefined : Math.max(...values),
  };
}

/** A value of another deployment says nothing of this one. */
function isOf({ labels }: Pick<Sample, 'labels'>, { deployment: { id } }: Subject): boolean {
  return isInScope(labels, { ...wholeScope, deployment: id });
}

/** Without what all values of an observation have in common. */
function withoutOwn(labels: Sample['labels']): Record<string, string> {
  const common = ['__name__', 'deployment', 'kind', 'model'];
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !common.includes(name)));
}
