import { resolve } from 'node:path';
import { prometheusClient } from '../alerts/configured.js';
import { unixNow } from '../platform/clock.js';
import { UserError } from '../platform/errors.js';
import { plainPaint, type Paint } from '../reports/paint.js';
import { baselineBlock } from '../reports/playbook/baseline-block.js';
import { readBaselineFile } from '../reports/playbook/baseline-file.js';
import { journalEntry } from '../reports/playbook/journal.js';
import { longestHours, periodOf } from '../reports/playbook/period.js';
import { renderHtml } from '../reports/playbook/render-html.js';
import { renderMarkdown } from '../reports/playbook/render-markdown.js';
import { renderText } from '../reports/playbook/render-text.js';
import { readReport, type PlaybookReport } from '../reports/playbook/report.js';
import { reportDocument } from '../reports/playbook/report-document.js';
import { reportJson } from '../reports/playbook/report-json.js';
import {
  askForReport,
  formatOfFile,
  reportPatience,
  writeReportFile,
  type ReportFormat,
} from './report-file.js';
import { openServices } from './services.js';
import { note, outputPaint, print } from './terminal.js';

/** What was asked for; undefined: not said. */
export interface ReportRequest {
  readonly hours: string | undefined;
  readonly format: ReportFormat | undefined;
  readonly out: string | undefined;
  /** file of a baseline */
  readonly against: string | undefined;
  readonly content: 'report' | 'journal' | 'baseline';
}

/**
 * Reads a report, and prints or writes it.
 * @throws UserError for a request that makes no sense, a file that cannot be read or written, or (exit 2) where Prometheus does not answer
 */
export async function writeReport(configPath: string | undefined, request: ReportRequest): Promise<void> {
  const hours = parseHours(request);
  const against = request.against === undefined ? undefined : await readBaselineFile(request.against);
  const prometheus = prometheusClient(openServices(configPath).config, reportPatience);
  const report = await askForReport(() =>
    readReport(prometheus, periodOf(hours, Math.floor(unixNow())), against),
  );
  const { out } = request;
  if (out === undefined) {
    print(rendered(report, request, outputPaint()));
    return;
  }
  await writeReportFile(out, rendered(report, request, plainPaint));
  note(`Report: ${resolve(out)}`);
}

/** @throws UserError */
function parseHours({ hours, content }: ReportRequest): number {
  if (hours === undefined) return content === 'baseline' ? 168 : 24;
  const number = /^\d+$/.test(hours) ? Number(hours) : NaN;
  if (number >= 1 && number <= longestHours) return number;
  throw new UserError(
    `--hours "${hours}" is no length of a report: write whole hours from 1 to ${longestHours}, such as 6 (midday), 24 (day), 168 (week) or 720 (month).`,
  );
}

function rendered(report: PlaybookReport, { content, format, out }: ReportRequest, paint: Paint): string {
  if (content === 'journal') return journalEntry(report);
  if (content === 'baseline') return baselineBlock(report);
  switch (format ?? formatOfFile(out ?? '') ?? 'text') {
    case 'json':
      return `${JSON.stringify(reportJson(report), undefined, 2)}\n`;
    case 'html':
      return renderHtml(reportDocument(report));
    case 'md':
      return renderMarkdown(reportDocument(report));
    case 'text':
      return renderText(reportDocument(report), paint);
  }
}
