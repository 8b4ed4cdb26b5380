/** What a page of metrics in Prometheus' text format has on it. */
export interface Exposition {
  /** metrics that are declared or have series */
  readonly names: ReadonlySet<string>;
  /** of each metric its last series on the page */
  readonly values: ReadonlyMap<string, number>;
  /** upper bounds (`le`) by the name of the series; infinity is among them */
  readonly bounds: ReadonlyMap<string, ReadonlySet<number>>;
}

const declaration = /^# TYPE (\S+) /;
const sample = /^([A-Za-z_:][\w:]*)(\{.*\})?\s+(\S+)/;
const upperBound = /[{,]\s*le="([^"]+)"/;

/** Reads what is there, and passes over every line that is in no form of the format. */
export function readExposition(text: string): Exposition {
  const names = new Set<string>();
  const values = new Map<string, number>();
  const bounds = new Map<string, Set<number>>();
  for (const line of text.split('\n')) {
    const declared = declaration.exec(line)?.[1];
    if (declared !== undefined) names.add(declared);
    const [, name, labels = '', value = ''] = sample.exec(line) ?? [];
    if (name === undefined) continue;
    names.add(name);
    values.set(name, numberOf(value));
    const bound = upperBound.exec(labels)?.[1];
    if (bound !== undefined) bounds.set(name, (bounds.get(name) ?? new Set()).add(numberOf(bound)));
  }
  return { names, values, bounds };
}

function numberOf(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));
}
