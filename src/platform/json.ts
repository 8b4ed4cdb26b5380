/** @returns what the text says; undefined where it is no JSON, for a schema to refuse */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
