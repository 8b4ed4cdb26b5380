import { declaredMetrics } from '../metrics/manifest.js';
import { receiverMetrics } from './receiver-metrics.js';

/** One block a metric, for the terminal. */
export async function metricsAsText(): Promise<string> {
  const ofExporter = declaredMetrics().map(
    ({ collector, metric: { name, labels, type, unit, help, source } }) => {
      const written = labels.length === 0 ? '' : `{${labels.join(', ')}}`;
      return `${name}${written}\n  ${type}, ${unit}; ${collector}: ${source}\n  ${help}\n`;
    },
  );
  const ofReceiver = (await receiverMetrics()).map(
    ({ name, type, help }) => `${name}\n  ${type}; receiver\n  ${help}\n`,
  );
  return [...ofExporter, ...ofReceiver].join('');
}

/** docs/metrics.md. */
export async function metricsAsMarkdown(): Promise<string> {
  const ofExporter = declaredMetrics().map(
    ({ collector, metric: { name, labels, type, unit, help, source } }) =>
      [code(name), type, unit, labels.map(code).join(' '), collector, source, help].map(cell).join(' | '),
  );
  const ofReceiver = (await receiverMetrics()).map(({ name, type, help }) =>
    [code(name), type, help].map(cell).join(' | '),
  );
  return [
    '# Metrics',
    '',
    'Written by `redline metrics --markdown`. Times are Unix seconds, shares 0-1. What is unknown is absent, never 0.',
    '',
    '## Exporter',
    '',
    '| metric | type | unit | labels | collector | source | meaning |',
    '|---|---|---|---|---|---|---|',
    ...ofExporter.map((row) => `| ${row} |`),
    '',
    '## Receiver',
    '',
    '| metric | type | meaning |',
    '|---|---|---|',
    ...ofReceiver.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

/** One list; what a program declares of its metrics differs, so each names its program. */
export async function metricsAsJson(): Promise<string> {
  const ofExporter = declaredMetrics().map(({ collector, metric }) => ({
    program: 'exporter',
    ...metric,
    collector,
  }));
  const ofReceiver = (await receiverMetrics()).map((metric) => ({ program: 'receiver', ...metric }));
  return `${JSON.stringify([...ofExporter, ...ofReceiver], undefined, 2)}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
