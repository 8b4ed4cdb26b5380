import { extname, resolve } from 'node:path';
import { PrometheusError } from '../alerts/prometheus.js';
import { errorCode, errorMessage, ExitCode, UserError } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';

export type ReportFormat = 'text' | 'md' | 'html' | 'json';

/** A month of readings every 5 s takes Prometheus longer than a question about now, seconds. */
export const reportPatience = 60;

const formatsByEnding: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.json': 'json',
  '.md': 'md',
};

/** The format in which a report goes into a file of this name; undefined where its ending says nothing. */
export function formatOfFile(path: string): ReportFormat | undefined {
  return formatsByEnding[extname(path).toLowerCase()];
}

/**
 * Asks Prometheus for a report.
 * @throws UserError (exit 2) where it does not answer
 */
export async function askForReport<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    throw new UserError(`${error.message}. Without it there is no report.`, ExitCode.refused);
  }
}

/**
 * Writes a report whole or not at all.
 * @throws UserError where it cannot be written
 */
export async function writeReportFile(path: string, content: string): Promise<void> {
  try {
    await writeFileAtomically(resolve(path), content);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new UserError(`The report cannot be written to ${path}: ${errorMessage(error)}`);
  }
}
