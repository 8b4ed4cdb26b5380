import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import type { DeploymentKind } from '../deployments/deployment.js';
import { receiverMetric } from '../names.js';
import { UserError } from '../platform/errors.js';
import { hasFailure, type CheckLine } from '../reports/check-lines.js';
import { checkReceiver } from './check/programs.js';
import type { Services } from './services.js';

/**
 * What every deployment needs of the receiver: that it is ready, takes our token, observes nothing else and acts.
 * @param others how it is taken that something else is under observation
 * @param kind what is to be declared: `production` beside the others, which exclude each other
 */
export async function receiverLines(
  { receiver, prometheus, command }: Services,
  others: 'warn' | 'fail',
  kind: DeploymentKind = 'calibration',
): Promise<CheckLine[]> {
  const lines = await checkReceiver(receiver);
  if (hasFailure(lines)) return lines;
  try {
    const open = (await receiver.deployments()).filter(
      (other) => other.outcome === null && (other.kind === 'production') === (kind === 'production'),
    );
    const ending =
      kind === 'production'
        ? `End it: ${command} deploy end --kind production --outcome accepted|abandoned`
        : `Wait for its end (${command} deploy status), or end it: ${command} deploy end --outcome accepted|abandoned`;
    return [
      ...lines,
      ...open.map(({ id, kind: other, model }): CheckLine => ({
        what: 'other deployments',
        level: others,
        detail: `${[other, model].join(' ').trim()} (${id}) is under observation`,
        todo: `One at a time. ${ending}`,
      })),
      ...(await shadowLines(prometheus)),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: 'receiver', level: 'fail', detail: error.message }];
  }
}

async function shadowLines(prometheus: PrometheusClient): Promise<CheckLine[]> {
  const [shadow] = await prometheus.query(`${receiverMetric.mode}{mode="shadow"} == 1`).catch(noAnswer);
  return shadow === undefined
    ? []
    : [
        {
          what: 'receiver mode',
          level: 'warn',
          detail: 'shadow: it decides and records, and rolls nothing back',
          todo: 'Set receiver.mode to auto and restart it, unless this is a rehearsal.',
        },
      ];
}

/** Said by the lines that ask the same server for more. */
function noAnswer(error: unknown): [] {
  if (error instanceof PrometheusError) return [];
  throw error;
}

/** Something that the exporter says is 1. */
export interface TelemetryState {
  readonly what: string;
  /** selects series of which one must be 1 */
  readonly question: string;
  readonly yes: string;
  readonly todo: string;
}

/** Whether it is 1. @throws PrometheusError */
export async function telemetryLine(
  prometheus: PrometheusClient,
  { what, question, yes, todo }: TelemetryState,
): Promise<CheckLine> {
  const value = (await prometheus.query(`max(${question})`))[0]?.value;
  if (value === 1) return { what, level: 'ok', detail: yes };
  const detail = value === undefined ? 'nobody knows: Prometheus has no value from the exporter' : 'no';
  return { what, level: 'fail', detail, todo };
}
