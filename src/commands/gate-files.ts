import { join } from 'node:path';
import { errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import { renderGateMarkdown, renderGateText, type GateReport } from '../reports/gate-report.js';
import { formatTime } from '../reports/numbers.js';
import { plainPaint } from '../reports/paint.js';
import { note } from './terminal.js';

/**
 * Writes `quality_gate_<time>.txt` and `.md`. A report that cannot be written is said on standard error and changes no
 * verdict.
 * @param folder `files.reports`
 * @returns the paths written
 */
export async function writeGateFiles(report: GateReport, folder: string): Promise<string[]> {
  const stamp = formatTime(report.at).replaceAll(/[-:]/g, '');
  const contents = [
    [`quality_gate_${stamp}.txt`, renderGateText(report, plainPaint)],
    [`quality_gate_${stamp}.md`, renderGateMarkdown(report)],
  ] as const;
  const paths: string[] = [];
  try {
    for (const [name, content] of contents) {
      const path = join(folder, name);
      await writeFileAtomically(path, content);
      paths.push(path);
    }
  } catch (error) {
    note(`redline: the report cannot be written to ${folder} (files.reports): ${errorMessage(error)}`);
  }
  return paths;
}
