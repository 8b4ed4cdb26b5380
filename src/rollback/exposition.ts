/**
 * The sum of a counter over all of its series, as a page of Prometheus' text format shows it.
 * @param name letters, digits and _
 * @returns undefined where the page has no such series
 * @throws Error where a value of it is no number of 0 or more
 */
export function sumOfCounter(page: string, name: string): number | undefined {
  const values = page.split('\n').flatMap((line) => {
    const value = valueOf(line, name);
    return value === undefined ? [] : [value];
  });
  const wrong = values.find((value) => !/^[+]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value));
  if (wrong !== undefined) throw new Error(`${name} is "${wrong.slice(0, 50)}", which is no count`);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + Number(value), 0);
}

/** The value as written of a line that is one of the metric's; what labels hold may look like anything. */
function valueOf(line: string, name: string): string | undefined {
  if (!line.startsWith(name)) return undefined;
  const rest = /^\s*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}\s*|\s)(\S+)/.exec(line.slice(name.length));
  return rest?.[1];
}
