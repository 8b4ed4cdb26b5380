import { PrometheusError, type PrometheusClient } from '../alerts/prometheus.js';
import { exporterMetric, job } from '../names.js';
import { ExitCode, UserError } from '../platform/errors.js';
import { formatDuration } from '../platform/duration.js';
import { poll } from '../platform/poll.js';
import { isFresh, newestEvaluation, readGate, type GateReading } from '../reports/gate.js';
import type { GateOutcome, GateReport } from '../reports/gate-report.js';
import { judgeGate, type GateMode } from '../reports/gate-verdict.js';
import {
  answerInterval,
  explainSilence,
  missingLeg,
  prometheusTime,
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
/** How often the engine may be restarted while the gate is asked about the time since its start. */
const mostRestarts = 3;

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
    for (let restarts = 0; restarts < mostRestarts; restarts += 1) {
      cutover = request.cutover ?? (await engineStart(services, telemetry));
      const registeredAt = await register(services, cutover);
      const reading = await freshReading(services, telemetry, cutover, registeredAt);
      // The newest scrape is the reading's or a later one: it would show an engine that has begun anew.
      const isOver =
        request.cutover === undefined && (await newestStart(services, telemetry))?.at !== cutover;
      if (!isOver) return report({ known: true, reading, verdict: judgeGate(reading, mode, model) });
    }
    throw new NoAnswer({
      missing: `The engine was restarted ${mostRestarts} times while the gate was asked about the time since its start.`,
      todo: 'Find out what restarts it (redline deploy status, systemctl status UNIT), and ask again when it runs steadily.',
    });
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

/** When the engine's unit was last started, as a scrape from now on says: an older one may be from before a restart. */
async function engineStart(services: GateServices, telemetry: GateTelemetry): Promise<number> {
  const { prometheus, progress } = services;
  const askedAt = await prometheusTime(prometheus);
  const limit = waitLimit(telemetry);
  const fresh = await poll(
    async () => {
      const newest = await newestStart(services, telemetry);
      if (newest !== undefined && newest.scrapedAt > askedAt) return newest;
      progress.waitingFor('a scrape of the exporter, for the start of the engine');
      await workingTelemetry(services);
      return undefined;
    },
    limit,
    askEvery,
  );
  if (fresh === undefined) {
    throw new NoAnswer({
      missing: `Prometheus has not scraped the exporter in ${formatDuration(limit)}, so nobody knows when the engine started.`,
      todo: 'Look at the state of its targets (/targets): is it overloaded, or its clock wrong?',
    });
  }
  if (fresh.at !== undefined) return fresh.at;
  throw new NoAnswer({
    missing: 'Nobody knows when the engine started: the exporter sees no engine unit (systemd.engine_units).',
    todo: 'Name the cutover yourself: --after 2026-01-10T05:43:15Z, or see redline check.',
  });
}

/** The engine's start by the newest scrape of the exporter that succeeded; Unix seconds. */
interface StartReading {
  readonly scrapedAt: number;
  /** undefined: that scrape shows no engine */
  readonly at: number | undefined;
}

async function newestStart(
  { prometheus }: GateServices,
  telemetry: GateTelemetry,
): Promise<StartReading | undefined> {
  const selector = `{__name__=~"up|${exporterMetric.unitActiveEnter}",job="${job.exporter}"}`;
  const samples = await prometheus.newestSamples(selector, 60 + 2 * answerInterval(telemetry));
  const scrape = samples.find(({ labels, value }) => labels.__name__ === 'up' && value === 1);
  if (scrape === undefined) return undefined;
  // What one scrape brought has one time; an older sample is of a series that has ended.
  const start = samples.find(({ labels, time }) => labels.role === 'engine' && time === scrape.time);
  return { scrapedAt: scrape.time, at: start?.value };
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
  return prometheusTime(prometheus);
}

/** How long a fresh answer is waited for, seconds. */
function waitLimit(telemetry: GateTelemetry): number {
  return Math.max(shortestWaitSeconds, 3 * answerInterval(telemetry));
}

async function freshReading(
  services: GateServices,
  telemetry: GateTelemetry,
  cutover: number,
  registeredAt: number,
): Promise<GateReading> {
  const { prometheus, progress } = services;
  const interval = answerInterval(telemetry);
  const limit = waitLimit(telemetry);
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
