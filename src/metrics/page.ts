import type { ProcessMetric } from './process-metrics.js';
import { escapeLabelValue, type Series, type Values } from './values.js';
import type { Metric } from './metric.js';

/** The two formats that Prometheus reads. */
export type PageFormat = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<PageFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** All series of one collection, rendered once a format however many scrapes share it. */
export class Page {
  readonly #values: Values;
  readonly #process: readonly ProcessMetric[];
  readonly #rendered = new Map<PageFormat, string>();

  constructor(values: Values, process: readonly ProcessMetric[]) {
    this.#values = values;
    this.#process = process;
  }

  render(format: PageFormat): string {
    const known = this.#rendered.get(format);
    if (known !== undefined) return known;
    let text = '';
    for (const [metric, series] of this.#values) text += renderMetric(metric, series, format);
    for (const metric of this.#process) text += renderProcessMetric(metric, format);
    if (format === 'openmetrics') text += '# EOF\n';
    this.#rendered.set(format, text);
    return text;
  }
}

function renderMetric({ name, type, help }: Metric, series: Series, format: PageFormat): string {
  if (series.size === 0) return '';
  let text = heading(name, type, help, format);
  for (const [labels, value] of series) text += `${name}${labels} ${value}\n`;
  return text;
}

function renderProcessMetric({ name, type, help, values }: ProcessMetric, format: PageFormat): string {
  const finite = values.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return '';
  let text = heading(name, type, help, format);
  for (const { metricName = name, labels, value } of finite) {
    const pairs = Object.entries(labels).map(
      ([label, said]) => `${label}="${escapeLabelValue(String(said))}"`,
    );
    text += `${metricName}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  }
  return text;
}

/** OpenMetrics names a counter's family without the suffix of its samples, and escapes quotes in the help. */
function heading(name: string, type: string, help: string, format: PageFormat): string {
  const isOpenMetrics = format === 'openmetrics';
  const family = isOpenMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${family} ${isOpenMetrics ? escaped.replaceAll('"', '\\"') : escaped}\n# TYPE ${family} ${type}\n`;
}
