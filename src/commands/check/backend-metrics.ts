import type { Config } from '../../config/schema.js';
import { hasBackend } from '../../deployments/go-live-inputs.js';
import { serviceEndpoint } from '../../metrics/health-probes.js';
import { UserError } from '../../platform/errors.js';
import { factorOf } from '../../readings/daily-result.js';
import { readExposition, type Exposition } from '../../readings/exposition.js';
import type { CheckLine } from '../../reports/check-lines.js';

/** Longest page that is read, bytes; a busy backend's has some hundred thousand. */
const longestPage = 16 * 1024 * 1024;

const dailyLoss = 'qt_risk_daily_loss';
const durations = 'qt_api_request_duration_seconds';
/** What is there from the first request on; counters that appear with what they count are not missed. */
const needed = [dailyLoss, 'qt_provider_circuit_open', 'qt_api_request_total', durations];
/** The rules ask whether a quantile lies above one of these, seconds. */
const neededBounds = [0.5, 1, 5];

/** What the backend says at /metrics, which Prometheus scrapes: is there what the rules read? */
export async function checkBackendMetrics({ http }: Config): Promise<CheckLine[]> {
  if (!hasBackend({ http })) return [];
  const { backend } = http;
  const address = new URL('/metrics', backend.url).href;
  const found = await askFor(http);
  if (typeof found === 'string') return [noPage(address, found), dailyResultLine(backend, undefined)];
  return [
    namesLine(address, found),
    ...boundsLine(found),
    dailyResultLine(backend, found.values.get(dailyLoss)),
  ];
}

/** @returns why there is none */
async function askFor({ backend, timeout }: Config['http']): Promise<Exposition | string> {
  try {
    const endpoint = serviceEndpoint(backend, 'backend', '/metrics', timeout, longestPage);
    const { answer, failure } = await endpoint.ask({ method: 'GET', accept: 'text/plain' });
    endpoint.close();
    if (answer === undefined) return failure?.detail ?? 'no answer';
    return answer.status === 200 ? readExposition(answer.text) : `it answers ${answer.status}`;
  } catch (error) {
    // Its ca_file: said where its health is looked at, too.
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const what = 'backend metrics';

function noPage(address: string, detail: string): CheckLine {
  const todo =
    'Let the backend serve its metrics there (docs/health.md): without them no go-live is judged, nor its requests.';
  return { what, level: 'warn', detail: `${address}: ${detail}`, todo };
}

function namesLine(address: string, { names }: Exposition): CheckLine {
  const missing = needed.filter((name) => !names.has(name) && !names.has(`${name}_bucket`));
  if (missing.length === 0) return { what, level: 'ok', detail: `${address} has ${needed.join(', ')}` };
  const todo =
    'Let the backend export them under these names: the rules that read them stay silent (docs/health.md).';
  return { what, level: 'warn', detail: `${address} has no ${missing.join(', no ')}`, todo };
}

function boundsLine({ bounds }: Exposition): CheckLine[] {
  const told = bounds.get(`${durations}_bucket`);
  if (told === undefined) return [];
  const missing = neededBounds.filter((bound) => !told.has(bound)).map((bound) => `${bound}`);
  const highest = Math.max(...neededBounds);
  if (![...told].some((bound) => bound > highest && Number.isFinite(bound)))
    missing.push(`one above ${highest}`);
  if (missing.length === 0) return [];
  const detail = `${durations} has no bound of ${missing.join(', ')} s`;
  const todo = 'Add them to its buckets: what lies between two bounds is only estimated.';
  return [{ what, level: 'warn', detail, todo }];
}

/** Shown as it is understood, so that somebody sees it where that is wrong. */
function dailyResultLine({ daily_result }: Config['http']['backend'], value: number | undefined): CheckLine {
  const line = 'daily result';
  const { unit, positive } = daily_result;
  const now = value === undefined ? '' : ` (now ${value})`;
  if (unit === undefined) {
    const todo =
      'Set http.backend.daily_result.unit to percent, ratio or usd (docs/health.md): until then no go-live starts.';
    return { what: line, level: 'warn', detail: `nobody knows the unit of ${dailyLoss}${now}`, todo };
  }
  if (value === undefined) return { what: line, level: 'ok', detail: `in ${unit}, above 0 a ${positive}` };
  if (!Number.isFinite(value)) {
    const todo = 'See the log of the backend: the limits on the loss of a day are not judged meanwhile.';
    return { what: line, level: 'warn', detail: `${dailyLoss} is no number${now}`, todo };
  }
  const signed = value * factorOf(unit, positive);
  const amount = unit === 'usd' ? `${withSign(signed)} USD` : `${withSign(signed * 100)}% of the portfolio`;
  return { what: line, level: 'ok', detail: `${amount}, by ${dailyLoss} ${value} in ${unit}` };
}

function withSign(value: number): string {
  const text = String(Number(value.toFixed(6)));
  return value > 0 ? `+${text}` : text;
}
