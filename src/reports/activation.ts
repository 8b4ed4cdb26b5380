import { formatDuration } from '../platform/duration.js';
import { formatTime, formatValue } from './numbers.js';
import type { Paint } from './paint.js';

/** What there is to tell of an activation. Times are Unix seconds, durations seconds, shares 0-1. */
export interface Activation {
  readonly model: string;
  readonly share: number;
  readonly weights: ReadonlyMap<string, number>;
  readonly observationSeconds: number;
  readonly rollbackCommand: string;
}

const line = '='.repeat(80);

/** The summary of an activated canary, as the runbook has it. */
export function renderActivated(
  activation: Activation & {
    readonly startedAt: number;
    readonly restartSeen: boolean;
    readonly statusCommand: string;
  },
  paint: Paint,
): string {
  const { model, share, startedAt, observationSeconds, restartSeen, rollbackCommand, statusCommand } =
    activation;
  return `${[
    paint.good('[ACTIVATED] CANARY ACTIVATED'),
    line,
    `  Model:         ${model}`,
    `  Weight:        ${formatValue(share, 'share')}`,
    `  Start Time:    ${formatTime(startedAt)}`,
    `  Monitor For:   ${formatDuration(observationSeconds)} (until ${formatTime(startedAt + observationSeconds)}), by itself; a violation is rolled back by itself`,
    `  Engine:        restarted${restartSeen ? '' : ' (no start time to prove it: check that it runs with the canary)'}`,
    '',
    ...weightLines(activation),
    '',
    'Follow it:',
    `  ${statusCommand}`,
    '',
    'Rollback Command:',
    `  ${rollbackCommand}`,
    line,
  ].join('\n')}\n`;
}

/** What an activation would do, for --dry-run. */
export function renderDryRun(
  activation: Activation & {
    readonly files: readonly { readonly path: string; readonly content: string }[];
    readonly commands: readonly (readonly string[])[];
    readonly canaryLog: string;
  },
  paint: Paint,
): string {
  const { model, share, observationSeconds, files, commands, canaryLog } = activation;
  return `${[
    paint.strong('DRY RUN: nothing was changed. The activation would'),
    '',
    `declare a canary of ${model} at ${formatValue(share, 'share')} for ${formatDuration(observationSeconds)} and write`,
    ...files.flatMap(({ path, content }) => ['', `  ${paint.strong(path)}`, ...indented(content)]),
    '',
    'then run',
    '',
    ...commands.map((command) => `  ${command.join(' ')}`),
    '',
    `and add a line canary_activated to ${canaryLog}.`,
    '',
    ...weightLines(activation),
  ].join('\n')}\n`;
}

function weightLines({ model, weights }: Activation): string[] {
  const width = Math.max(...[...weights.keys()].map((name) => name.length)) + 2;
  const first = [...weights].filter(([name]) => name === model);
  const others = [...weights].filter(([name]) => name !== model);
  return [
    'Weights:',
    ...[...first, ...others].map(([name, weight]) => {
      const canary = name === model;
      const share = formatValue(weight, 'share').padStart(6);
      return `  [${canary ? '*' : ' '}] ${name.padEnd(width)}${share}${canary ? '  (canary)' : ''}`;
    }),
  ];
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((entry) => `    ${entry}`);
}
