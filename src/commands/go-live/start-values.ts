import type { PrometheusClient, Sample } from '../../alerts/prometheus.js';
import type { StartValue } from '../../deployments/deployment.js';
import { goLiveCounters, recordedMetric } from '../../names.js';
import { poll } from '../../platform/poll.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { countersText } from '../../reports/go-live-status.js';

/** Longest wait for values that are new enough, seconds: twice the slowest pace that the rules work with. */
const patience = 30;
const askEvery = 0.3;
/** How far back the newest sample is looked for, seconds. */
const lookBack = 60;

/** What the backend's counters stand at, as far as somebody knows. */
export interface Captured {
  readonly values: readonly StartValue[];
  readonly lines: readonly CheckLine[];
}

/**
 * Captures what the backend's counters stand at. What they grow between this and the declaration counts as grown since
 * the start.
 * @param since what was recorded earlier is not looked at, Unix seconds of Prometheus' clock
 * @throws PrometheusError
 */
export async function captureStartValues(prometheus: PrometheusClient, since: number): Promise<Captured> {
  let found: StartValue[] = [];
  await poll(
    async () => {
      const samples = await prometheus.newestSamples(recordedMetric.backendCounter, lookBack);
      found = startValuesFrom(samples.filter(({ time }) => time > since));
      // Where the backend is not scraped none will come, which is said of it anyway.
      return found.length === goLiveCounters.length || samples.length === 0 ? true : undefined;
    },
    patience,
    askEvery,
  );
  return { values: found, lines: [essLine(found), startValuesLine(found)] };
}

/** The counters that a go-live is judged by, in their order; those that nobody knows are left out. */
export function startValuesFrom(samples: readonly Sample[]): StartValue[] {
  return goLiveCounters.flatMap((counter) => {
    const value = samples.find(({ labels }) => labels.counter === counter)?.value;
    return value === undefined || !Number.isFinite(value) || value < 0 ? [] : [{ counter, value }];
  });
}

/** The emergency stop is inactive where it has never been triggered since the backend started. */
function essLine(values: readonly StartValue[]): CheckLine {
  const what = 'emergency stop (ESS)';
  const triggers = values.find(({ counter }) => counter === 'ess_triggers')?.value;
  if (triggers === 0)
    return { what, level: 'ok', detail: 'inactive: never triggered since the backend started' };
  if (triggers === undefined)
    return {
      what,
      level: 'fail',
      detail: 'nobody knows: the backend is not scraped, or no rule counts its triggers',
    };
  return {
    what,
    level: 'fail',
    detail: `triggered ${triggers} times since the backend started`,
    todo: 'Find out why, release it, and restart the backend before real trading.',
  };
}

function startValuesLine(values: readonly StartValue[]): CheckLine {
  const what = 'start values';
  const missing = goLiveCounters.filter((name) => !values.some(({ counter }) => counter === name));
  if (missing.length === 0) return { what, level: 'ok', detail: countersText({ start_values: [...values] }) };
  return {
    what,
    level: 'fail',
    detail: `not known: ${missing.join(', ')}`,
    todo: `A go-live is judged by what they grow. Ask Prometheus for ${recordedMetric.backendCounter}: it is recorded while the backend is scraped.`,
  };
}
