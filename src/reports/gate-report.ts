import { ensembleSummary } from './checks.js';
import type { GateReading } from './gate.js';
import type { GateMode, GateVerdict } from './gate-verdict.js';
import { alignColumns, modelCells, modelTable } from './model-table.js';
import { formatExactTime, formatLimit, formatTime, formatValue } from './numbers.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/** An answer of the gate. Times are Unix seconds. */
export interface GateReport {
  readonly at: number;
  readonly mode: GateMode;
  /** the model that was asked about; undefined: all */
  readonly model: string | undefined;
  /** undefined: it could not be found out */
  readonly cutover: number | undefined;
  readonly outcome: GateOutcome;
}

/** Either the rules' answer, or the leg of the way to it that is missing: no telemetry, no decision. */
export type GateOutcome =
  | { readonly known: true; readonly reading: GateReading; readonly verdict: GateVerdict }
  | { readonly known: false; readonly missing: string; readonly todo: string };

const headings = {
  PASS: ['✅ QUALITY GATE: PASS', 'Safe to proceed with canary activation'],
  FAIL: ['❌ QUALITY GATE: FAIL (BLOCKER)', 'Violations detected = NO ACTIVATION'],
  'COLLECTION COMPLETE': [
    '✅ QUALITY GATE: COLLECTION COMPLETE',
    'Enough events for a first look; no activation',
  ],
  'COLLECTION INCOMPLETE': ['❌ QUALITY GATE: COLLECTION INCOMPLETE', 'Too few events even for a first look'],
  UNKNOWN: ['❌ QUALITY GATE: UNKNOWN (BLOCKER)', 'No telemetry = NO DECISION = NO ACTIVATION'],
} as const;

/** The report for a terminal and for the `.txt` file. */
export function renderGateText(report: GateReport, paint: Paint): string {
  const { outcome } = report;
  const [title, meaning] = headings[resultOf(outcome)];
  const colour = outcome.known && outcome.verdict.exitCode !== 2 ? paint.good : paint.bad;
  return `${[
    colour(paint.strong(title)),
    `   ${meaning}`,
    '',
    ...facts(report).map(([name, value]) => `  ${name.padEnd(10)} ${value}`),
    ...(outcome.known ? modelLines(outcome.reading, outcome.verdict, paint) : []),
    ...section('Note', warningsOf(outcome), paint.warn),
    ...section('What to do', todoOf(outcome), (text) => text),
  ].join('\n')}\n`;
}

/** The report for the `.md` file. */
export function renderGateMarkdown(report: GateReport): string {
  const { outcome } = report;
  const [title, meaning] = headings[resultOf(outcome)];
  return `${[
    `# ${title}`,
    '',
    `${meaning}.`,
    '',
    ...facts(report).map(([name, value]) => `- **${name}:** ${value}`),
    ...(outcome.known ? ['', ...modelTable(outcome.reading.window.models)] : []),
    ...(outcome.known ? markdownSection('Reasons', reasonTexts(outcome.verdict)) : []),
    ...markdownSection('Note', warningsOf(outcome)),
    ...markdownSection('What to do', todoOf(outcome)),
  ].join('\n')}\n`;
}

/** The report for a script; the limits are those of the rules' annotations. */
export function gateJson(report: GateReport): unknown {
  const { outcome, ...request } = report;
  if (!outcome.known) return { result: 'UNKNOWN', exitCode: 2, ...request, ...outcome };
  const { reading, verdict } = outcome;
  return {
    ...verdict,
    ...request,
    known: true,
    evaluation: reading.evaluation,
    window: reading.window,
    conditions: reading.conditions,
    limits: Object.fromEntries(reading.limits),
  };
}

function resultOf(outcome: GateOutcome): keyof typeof headings {
  return outcome.known ? outcome.verdict.result : 'UNKNOWN';
}

function warningsOf(outcome: GateOutcome): readonly string[] {
  return outcome.known ? outcome.verdict.warnings : [outcome.missing];
}

function todoOf(outcome: GateOutcome): readonly string[] {
  return outcome.known ? outcome.verdict.todo : [outcome.todo];
}

function facts({ at, mode, model, cutover, outcome }: GateReport): (readonly [string, string])[] {
  const asked = [
    ['Asked', `${formatTime(at)}, mode ${mode}${model === undefined ? '' : `, model ${printable(model)}`}`],
    ['Cutover', formatExactTime(cutover)],
  ] as const;
  if (!outcome.known) return [...asked];
  const { window, evaluation, limits } = outcome.reading;
  const needed = formatLimit(limits.get('QscInsufficientEvents')?.limit, 'count');
  return [
    ...asked,
    [
      'Judged',
      `${formatValue(window.events, 'count')} events since ${formatTime(window.start)} (a canary needs ${needed})`,
    ],
    ['Evaluated', `${formatTime(evaluation.at)}, of values scraped at ${formatTime(evaluation.scrapedAt)}`],
    ['Ensemble', ensembleSummary(window, limits)],
    ['Overall', outcome.verdict.overall ?? 'UNKNOWN'],
  ];
}

function modelLines({ window }: GateReading, verdict: GateVerdict, paint: Paint): string[] {
  const columns = [
    'Model',
    'Status',
    'Events',
    'BUY',
    'SELL',
    'HOLD',
    'Mean',
    'Std',
    'P10',
    'P90',
    'Invalid',
  ];
  const rows = window.models.map((model) => modelCells(model).map(printable));
  const [heading = '', ...lines] = alignColumns([columns, ...rows]);
  const statusPaint = { GO: paint.good, WAIT: paint.warn, 'NO-GO': paint.bad, UNKNOWN: paint.bad } as const;
  return [
    '',
    ...(rows.length === 0 ? [] : [paint.dim(`  ${heading}`)]),
    ...window.models.flatMap((model, index) => [
      `  ${statusPaint[model.status ?? 'UNKNOWN'](lines[index] ?? '')}`,
      ...(verdict.reasons[model.model] ?? []).map((reason) => `      - ${reason}`),
    ]),
    ...(verdict.reasons['']?.length === 0 ? [] : [`  ${paint.warn('ensemble')}`]),
    ...(verdict.reasons[''] ?? []).map((reason) => `      - ${reason}`),
  ];
}

function reasonTexts({ reasons }: GateVerdict): string[] {
  return Object.entries(reasons).flatMap(([model, texts]) =>
    texts.map((text) => `${model === '' ? 'ensemble' : printable(model)}: ${text}`),
  );
}

function section(title: string, lines: readonly string[], colour: (text: string) => string): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${colour(line)}`)];
}

function markdownSection(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines.map((line) => `- ${line}`)];
}
