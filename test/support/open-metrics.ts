/** A family of metrics as OpenMetrics writes it. */
export interface Family {
  readonly type: string;
  readonly samples: string[];
}

const sample =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\})|(?=\})))*\})? (\S+)$/;
const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
};

/**
 * Reads a page as OpenMetrics 1.0 demands it.
 * @throws Error at the first line that is not as it demands
 */
export function parseOpenMetrics(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('the page does not end with # EOF');
  let current = '';
  for (const line of lines) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined && name !== undefined) {
      if (name !== current && families.has(name)) throw new Error(`${name} is torn apart: ${line}`);
      current = name;
      if (kind === 'TYPE') families.set(name, { type: rest ?? '', samples: [] });
      continue;
    }
    const [, metric = '', value] = sample.exec(line) ?? [];
    const family = families.get(current);
    if (value === undefined || !Number.isFinite(Number(value))) throw new Error(`not a sample: ${line}`);
    if (family === undefined || suffixes[family.type]?.includes(metric.slice(current.length)) !== true) {
      throw new Error(`not of ${current}: ${line}`);
    }
    family.samples.push(line);
  }
  return families;
}
