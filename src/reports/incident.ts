import { formatTime } from './numbers.js';
import { codeSpan, plainText } from './markdown.js';

/** Something that happened, at a time in Unix seconds; `text` is Markdown. */
export interface TimelineEntry {
  readonly at: number;
  readonly text: string;
}

/** A file beside the incident file. */
export interface Diagnostic {
  /** its name in the folder */
  readonly file: string;
  /** what it holds, for people */
  readonly what: string;
  /** why it holds nothing but a note; undefined: it holds what it is to hold */
  readonly problem: string | undefined;
}

/** What an incident file says. Texts are Markdown, what others wrote in them escaped; times are Unix seconds. */
export interface Incident {
  readonly title: string;
  /** when it began, as far as is known */
  readonly began: number;
  readonly severity: string;
  readonly status: string;
  /** one line each */
  readonly impact: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** whole lines of Markdown */
  readonly trigger: readonly string[];
  readonly action: readonly string[];
  /** one line each */
  readonly verification: readonly string[];
  readonly evidence: readonly string[];
  readonly toDo: readonly string[];
  /** name of the folder with the diagnostics, beside the file */
  readonly folder: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly writtenAt: number;
}

/** What a person has to fill in. */
const toFillIn = '_To be filled in by a person._';

/** The incident file: Markdown. */
export function renderIncident(incident: Incident): string {
  const { title, began, severity, status, timeline, evidence } = incident;
  const [date = '', time = ''] = formatTime(began).replace('Z', '').split('T');
  return `${[
    `# Incident: ${title}`,
    '',
    `- **Date:** ${date}`,
    `- **Time:** ${time} UTC`,
    `- **Severity:** ${severity}`,
    `- **Status:** ${status}`,
    ...section('Impact', list(incident.impact)),
    ...section('Timeline', timelineLines(timeline)),
    ...section('Trigger', incident.trigger),
    ...section('Action', incident.action),
    ...section('Verification', list(incident.verification)),
    ...section(
      'Further violations',
      evidence.length === 0 ? ['None until this was written.'] : list(evidence),
    ),
    ...section('Root cause', [toFillIn]),
    ...section('Open questions', [
      '- What did it cost? Redline does not measure that.',
      '- Why was it not seen before the change was made?',
      '- Was the limit that it crossed the right one?',
    ]),
    ...section(
      'Before trying again',
      incident.toDo.map((text) => `- [ ] ${text}`),
    ),
    ...section('Diagnostics', diagnosticLines(incident)),
    '',
    `Written by Redline ${formatTime(incident.writtenAt)}; what happened later is in its ledger (\`redline audit\`).`,
  ].join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', `## ${title}`, '', ...lines];
}

function list(lines: readonly string[]): string[] {
  return lines.map((line) => `- ${line}`);
}

/** In order of time; what happened in the same moment stays in the order in which it was told. */
function timelineLines(entries: readonly TimelineEntry[]): string[] {
  return [...entries].sort((a, b) => a.at - b.at).map(({ at, text }) => `- ${formatTime(at)} ${text}`);
}

function diagnosticLines({ folder, diagnostics }: Incident): string[] {
  return [
    `In the folder ${codeSpan(`${folder}/`)}:`,
    '',
    ...diagnostics.map(
      ({ file, what, problem }) =>
        `- ${codeSpan(file)}: ${what}${problem === undefined ? '' : `. **Not there:** ${plainText(problem)}`}`,
    ),
  ];
}
