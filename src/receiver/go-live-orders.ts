import type { StartDeploymentRequest } from '../deployments/deployment.js';
import { goLiveCounters } from '../names.js';
import { HttpError } from './http-error.js';

/**
 * What only a go-live has: somebody who answers for it, and what each of its counters stood at when it began.
 * @throws HttpError 400 naming what is missing or stands in it twice, or where another kind is sent start values
 */
export function checkGoLiveOrder({ kind, operator, start_values: values }: StartDeploymentRequest): void {
  if (kind !== 'go-live') {
    if (values.length > 0) throw new HttpError(400, `start_values belong to a go-live, not to a ${kind}`);
    return;
  }
  if (operator.trim() === '') throw new HttpError(400, 'a go-live needs an operator, who answers for it');
  const named = values.map(({ counter }) => counter);
  const twice = named.filter((counter, index) => named.indexOf(counter) < index);
  if (twice.length > 0) throw new HttpError(400, `start_values holds twice: ${twice.join(', ')}`);
  const missing = goLiveCounters.filter((counter) => !named.includes(counter));
  if (missing.length > 0)
    throw new HttpError(400, `start_values lacks ${missing.join(', ')}: a go-live is judged by their growth`);
}
