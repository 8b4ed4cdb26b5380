import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import { exporterMetric } from '../names.js';
import { ExitCode, UserError } from '../platform/errors.js';
import { poll } from '../platform/poll.js';
import { isFresh, newestEvaluation, readGate, type GateReading } from '../reports/gate.js';
import type { GateOutcome, GateReport } from '../reports/gate-report.js';
import { judgeGate, type GateMode } from '../reports/gate-verdict.js';
import {
  answerInterval,
  explainSilence,
  missingLeg,
  readGateTelemetry,
  type GateTelemetry,
  type MissingLeg,
} from '../reports/telemetry.js';
import type { ReceiverClient } from './receiver-client.js';
import type { Progress } from './terminal.js';

/** Waiting is over after three times the longest way to an answer, but not before this many seconds. */
const shortestWaitSeconds = 30;
/** For so long after its start Prometheus may not list what it scrapes. */
const discoverySeconds = 10;
/** Pause between two questions, seconds. */
const askEvery = 0.3;

export interface GateRequest {
  /** Unix seconds; undefined: since the engine runs */
  readonly cutover: number | undefined;
  readonly mode: GateMode;
  /** this model must be judged, and not NO-GO */
  readonly model: string | undefined;
}

export interface GateServices {
  readonly prometheus: PrometheusClient;
  readonly receiver: ReceiverClient;
  readonly progress: Progress;
}

/** No telemetry: carries the leg that is missing up to where the answer is put together. */
class NoAnswer extends Error {
  readonly leg: MissingLeg;

  constructor(leg: MissingLeg) {
    super(leg.missing);
    this.leg = leg;
  }
}

/**
 * Asks the gate: registers the cutover with the receiver, waits until Prometheus has scraped and judged what came
 * after it, and reads the verdict. Whatever keeps it from a fresh answer is an answer too: no.
 */
export async function passGate(services: GateServices, request: GateRequest): Promise<GateReport> {
  const { mode, model } = request;
  let { cutover } = request;
  const report = (outcome: GateOutcome): GateReport => ({
    at: Date.now() / 1000,
    mode,
    model,
    cutover,
    outcome,
  });
  try {
    const telemetry = await workingTelemetry(services);
    cutover ??= await engineStart(services.prometheus);
    const registeredAt = await register(services, cutover);
    const reading = await freshReading(services, telemetry, cutover, registeredAt);
    return report({ known: true, reading, verdict: judgeGate(reading, mode, model) });
  } catch (error) {
    return report({ known: false, ...legOf(error) });
  } finally {
    services.progress.done();
  }
}

function legOf(error: unknown): MissingLeg {
  if (error instanceof NoAnswer) return error.leg;
  if (error instanceof PrometheusError) {
    return { missing: error.message, todo: 'Start Prometheus, or set prometheus.url, and ask again.' };
  }
  throw error;
}

async function workingTelemetry({ prometheus, progress }: GateServices): Promise<GateTelemetry> {
  const found = await poll(
    async () => {
      const telemetry = await readGateTelemetry(prometheus);
      if (telemetry.exporter !== undefined) return telemetry;
      progress.waitingFor('Prometheus to know its targets');
      return undefined;
    },
    discoverySeconds,
    0.5,
  );
  const telemetry = found ?? (await readGateTelemetry(prometheus));
  const leg = missingLeg(telemetry);
  if (leg !== undefined) throw new NoAnswer(leg);
  return telemetry;
}

/** When the engine's unit was last started. */
async function engineStart(prometheus: PrometheusClient): Promise<number> {
  const samples = await prometheus.query(`${exporterMetric.unitActiveEnter}{role="engine"}`);
  const [sample] = samples;
  if (sample !== undefined) return sample.value;
  throw new NoAnswer({
    missing: 'Nobody knows when the engine started: the exporter sees no engine unit (systemd.engine_units).',
    todo: 'Name the cutover yourself: --after 2026-01-10T05:43:15Z, or see redline check.',
  });
}

/**
 * Registers the cutover.
 * @returns the time of it on Prometheus' clock, since it is compared with times of that clock
 */
async function register({ prometheus, receiver }: GateServices, cutover: number): Promise<number> {
  try {
    await receiver.registerCutover(cutover);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new NoAnswer({
      missing: `The cutover could not be registered. ${error.message}`,
      todo: 'Without the receiver nothing would roll a canary back. Run redline check.',
    });
  }
  const now = (await prometheus.query('vector(time())'))[0]?.value;
  if (now === undefined) throw new PrometheusError('Prometheus does not say what time it is');
  return now;
}

async function freshReading(
  services: GateServices,
  telemetry: GateTelemetry,
  cutover: number,
  registeredAt: number,
): Promise<GateReading> {
  const { prometheus, progress } = services;
  const interval = answerInterval(telemetry);
  const limit = Math.max(shortestWaitSeconds, 3 * interval);
  const reading = await poll(
    async () => {
      const evaluation = await newestEvaluation(prometheus, 60 + 2 * interval);
      if (evaluation === undefined || !isFresh(evaluation, cutover, registeredAt)) {
        progress.waitingFor('a scrape of the exporter and an evaluation of the rules after it');
        await workingTelemetry(services);
        return undefined;
      }
      progress.waitingFor('the end of the evaluation');
      return readGate(prometheus, evaluation);
    },
    limit,
    askEvery,
  );
  if (reading === undefined) throw new NoAnswer(await explainSilence(prometheus, cutover, limit));
  // A rule that failed just now may have left what it recorded before in the verdict.
  await workingTelemetry(services);
  return reading;
}

/** The exit code that a report stands for. */
export function exitCodeOf({ outcome }: GateReport): ExitCode {
  return outcome.known ? outcome.verdict.exitCode : ExitCode.refused;
}
