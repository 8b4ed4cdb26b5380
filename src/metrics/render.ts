import type { Metric } from './metric.js';
import type { ProcessMetric } from './process-metrics.js';
import { TextBuffer } from './text-buffer.js';
import { escapeLabelValue, type Series, type Values } from './values.js';

/** The two formats that Prometheus reads. */
export type PageFormat = 'text' | 'openmetrics';

/** Series in one format, without its end. */
export function renderSeries(values: Values, format: PageFormat): TextBuffer {
  const text = new TextBuffer();
  for (const [metric, series] of values) writeMetric(text, metric, series, format);
  return text;
}

function writeMetric(
  text: TextBuffer,
  { name, type, help }: Metric,
  series: Series,
  format: PageFormat,
): void {
  if (series.size === 0) return;
  text.write(heading(name, type, help, format));
  for (const [labels, value] of series) text.write(`${name}${labels} ${value}\n`);
}

export function writeProcessMetric(
  text: TextBuffer,
  { name, type, help, values }: ProcessMetric,
  format: PageFormat,
): void {
  const finite = values.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return;
  text.write(heading(name, type, help, format));
  for (const { metricName = name, labels, value } of finite) {
    const pairs = Object.entries(labels).map(
      ([label, said]) => `${label}="${escapeLabelValue(String(said))}"`,
    );
    text.write(`${metricName}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`);
  }
}

/** OpenMetrics names a counter's family without the suffix of its samples, and escapes quotes in the help. */
function heading(name: string, type: string, help: string, format: PageFormat): string {
  const isOpenMetrics = format === 'openmetrics';
  const family = isOpenMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${family} ${isOpenMetrics ? escaped.replaceAll('"', '\\"') : escaped}\n# TYPE ${family} ${type}\n`;
}
