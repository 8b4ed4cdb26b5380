import { declaredMetrics } from '../metrics/manifest.js';

/** One block a metric, for the terminal. */
export function metricsAsText(): string {
  return declaredMetrics()
    .map(({ collector, metric: { name, labels, type, unit, help, source } }) => {
      const written = labels.length === 0 ? '' : `{${labels.join(', ')}}`;
      return `${name}${written}\n  ${type}, ${unit}; ${collector}: ${source}\n  ${help}\n`;
    })
    .join('');
}

/** docs/metrics.md. */
export function metricsAsMarkdown(): string {
  const rows = declaredMetrics().map(({ collector, metric: { name, labels, type, unit, help, source } }) =>
    [code(name), type, unit, labels.map(code).join(' '), collector, source, help].map(cell).join(' | '),
  );
  return [
    '# Metrics of the exporter',
    '',
    'Written by `redline metrics --markdown`. Times are Unix seconds, shares 0-1. What is unknown is absent, never 0.',
    '',
    '| metric | type | unit | labels | collector | source | meaning |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

export function metricsAsJson(): string {
  const metrics = declaredMetrics().map(({ collector, metric }) => ({ ...metric, collector }));
  return `${JSON.stringify(metrics, undefined, 2)}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
