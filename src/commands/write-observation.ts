import { extname, resolve } from 'node:path';
import { prometheusClient } from '../alerts/configured.js';
import type { PrometheusClient } from '../alerts/prometheus.js';
import { unixNow } from '../platform/clock.js';
import { nearMiss } from '../config/load.js';
import { ExitCode, UserError } from '../platform/errors.js';
import { readHandover, whyNoHandover } from '../reports/observation/handover.js';
import { handoverDocument } from '../reports/observation/handover-document.js';
import { kindFacts } from '../reports/observation/kinds.js';
import { readObservation, type Observation } from '../reports/observation/observation.js';
import { observationDocument } from '../reports/observation/observation-document.js';
import type { Procedures } from '../reports/observation/procedures.js';
import { newestSubject, subjectOf, type Subject } from '../reports/observation/subject.js';
import type { ReportDocument } from '../reports/playbook/document.js';
import { renderHtml } from '../reports/playbook/render-html.js';
import { renderMarkdown } from '../reports/playbook/render-markdown.js';
import { configuredProcedures } from './configured-procedures.js';
import { askForReport, formatOfFile, reportPatience, writeReportFile } from './report-file.js';
import { openServices, type Services } from './services.js';
import { note, print } from './terminal.js';

/** What was asked for; undefined: not said. */
export interface ObservationRequest {
  readonly deployment?: string;
  readonly out?: string;
  readonly format?: 'md' | 'html';
  readonly handover?: true;
}

/**
 * Reads the report of an observation, and prints or writes it; with `handover` that of the next phase too.
 * @returns refused where a handover was asked for and the observation has not passed
 * @throws UserError for a deployment that is not known or has no observation, a file that cannot be written, or (exit 2) where Prometheus or the receiver does not answer
 */
export async function writeObservation(
  configPath: string | undefined,
  request: ObservationRequest,
): Promise<ExitCode> {
  const format = formatOf(request);
  const services = openServices(configPath);
  const prometheus = prometheusClient(services.config, reportPatience);
  const [deployments, rollbacks] = await Promise.all([
    services.receiver.deployments(),
    services.receiver.rollbacks(),
  ]);
  const subject = chosen(deployments, request.deployment, unixNow());
  const observation = await askForReport(() => readObservation(prometheus, subject, rollbacks));
  const procedures = await proceduresOf(services, subject);
  await give(render(observationDocument(observation, procedures), format), request.out, 'Report');
  if (request.handover !== true) return ExitCode.ok;
  return handOver(prometheus, observation, procedures, format, request.out);
}

type Format = NonNullable<ObservationRequest['format']>;

function formatOf({ format, out, handover }: ObservationRequest): Format {
  const ending = out === undefined ? undefined : formatOfFile(out);
  if (format === undefined && (ending === 'json' || ending === 'text'))
    throw new UserError(
      `--out ${out ?? ''}: an observation report is Markdown or HTML; name it .md or .html.`,
    );
  const chosenFormat = format ?? (ending === 'html' ? 'html' : 'md');
  if (chosenFormat === 'html' && handover === true && out === undefined)
    throw new UserError('Report and handover are two HTML documents: name a file with --out.');
  return chosenFormat;
}

/** @throws UserError where there is no such deployment, or nothing to report of it */
function chosen(
  deployments: Awaited<ReturnType<Services['receiver']['deployments']>>,
  id: string | undefined,
  now: number,
): Subject {
  if (id === undefined) {
    const newest = newestSubject(deployments, now);
    if (newest !== undefined) return newest;
    throw new UserError(
      'The receiver remembers no go-live, canary or calibration: there is nothing to report.',
      ExitCode.refused,
    );
  }
  const named = deployments.find((deployment) => deployment.id === id);
  if (named === undefined) {
    const known = deployments.map((deployment) => deployment.id);
    throw new UserError(
      `The receiver remembers no deployment "${id}".${nearMiss(id, known)} It remembers: ${known.slice(0, 10).join(', ') || 'none'}.`,
    );
  }
  const subject = subjectOf(named, now);
  if (subject !== undefined) return subject;
  throw new UserError(
    `${id} is a deployment of kind ${named.kind}, whose observation has no end: see redline report and redline watch.`,
  );
}

function proceduresOf({ config, command }: Services, { kind }: Subject): Promise<Procedures> {
  return configuredProcedures(config, kindFacts[kind].plan, command);
}

async function handOver(
  prometheus: PrometheusClient,
  observation: Observation,
  procedures: Procedures,
  format: Format,
  out: string | undefined,
): Promise<ExitCode> {
  const whyNot = whyNoHandover(observation);
  if (whyNot !== undefined) {
    note(`No handover: ${whyNot}`);
    return ExitCode.refused;
  }
  const handover = await askForReport(() => readHandover(prometheus, observation));
  const document = handoverDocument(observation, handover, procedures);
  await give(render(document, format), out === undefined ? undefined : besides(out), 'Handover');
  return ExitCode.ok;
}

/** `reports/go-live.md` becomes `reports/go-live-handover.md`. */
function besides(path: string): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-handover${ending}`;
}

function render(document: ReportDocument, format: Format): string {
  return format === 'html' ? renderHtml(document) : renderMarkdown(document);
}

async function give(content: string, out: string | undefined, what: string): Promise<void> {
  if (out === undefined) {
    print(content);
    return;
  }
  await writeReportFile(out, content);
  note(`${what}: ${resolve(out)}`);
}
