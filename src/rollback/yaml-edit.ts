import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import { UserError } from '../platform/errors.js';

/** What can be put into a file of settings. */
export type SettingValue = boolean | string;

interface Settings {
  readonly document: Document.Parsed;
  /** undefined: there is nothing but comments */
  readonly map: YAMLMap.Parsed | undefined;
  /** what it says, by name; of a name that stands twice the last one */
  readonly content: ReadonlyMap<unknown, unknown>;
}

/**
 * The value of a name at the top of a YAML text; undefined where it has none.
 * @throws UserError where the text is no YAML, or no map of names
 */
export function readSetting(text: string, name: string): unknown {
  return readSettings(text).content.get(name);
}

/**
 * Puts a value under a name at the top of a YAML text. Everything else stays byte for byte as it is: comments, quotes, line
 * ends, names that nobody knows; a value that is equal already too. What is not there is added.
 * @throws UserError where the text is no YAML, no map of names, or cannot be changed without changing what else it says
 */
export function writeSetting(text: string, name: string, value: SettingValue): string {
  const settings = readSettings(text);
  if (settings.content.get(name) === value) return text;
  const wanted = new Map(settings.content).set(name, value);
  const written = candidates(text, settings, name, yamlScalar(value)).find((candidate) =>
    says(candidate, wanted),
  );
  if (written === undefined)
    throw new UserError(`"${name}" cannot be set without changing what else stands there; set it by hand`);
  return written;
}

/** As every reader of YAML takes it, of version 1.1 as well as 1.2: a text in quotes, with what is not plainly printable escaped. */
export function yamlScalar(value: SettingValue): string {
  if (typeof value === 'boolean') return String(value);
  const escaped = JSON.stringify(value).replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
  return escaped;
}

function readSettings(text: string): Settings {
  if (text.includes('\0')) throw new UserError('it holds a NUL byte, and so is no YAML');
  const document = parseDocument(text, { uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) throw new UserError(`it is no usable YAML: ${error.message.split('\n')[0] ?? ''}`);
  const { contents } = document;
  if (contents !== null && !isMap(contents)) throw new UserError('it is no map of names and values');
  return { document, map: contents ?? undefined, content: contentOf(document) };
}

function contentOf(document: Document.Parsed): Map<unknown, unknown> {
  try {
    const content: unknown = document.toJS({ mapAsMap: true });
    return content instanceof Map ? content : new Map<unknown, unknown>();
  } catch (error) {
    throw new UserError(`it is no usable YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether a text says exactly this, whatever it looks like. */
function says(text: string, wanted: ReadonlyMap<unknown, unknown>): boolean {
  try {
    return isDeepStrictEqual(readSettings(text).content, wanted);
  } catch {
    return false;
  }
}

/** Ways to write it, the plainest first; not each of them says what it should in every text. */
function candidates(text: string, { document, map }: Settings, name: string, scalar: string): string[] {
  const pairs = (map?.items ?? []).filter(({ key }) => isScalar(key) && key.value === name);
  if (pairs.length > 0) return [replaceValues(text, pairs, scalar)];
  const line = `${name}: ${scalar}`;
  if (map?.flow === true) {
    const open = map.range[0] + 1;
    return [insert(text, open, map.items.length > 0 ? `${line}, ` : line)];
  }
  const end = /\r?\n/.exec(text)?.[0] ?? '\n';
  const first = map?.items[0]?.key.range[0] ?? 0;
  const indent = text.slice(text.lastIndexOf('\n', first - 1) + 1, first).replaceAll(/[^ ]/g, '');
  return [
    // Behind all that is there; before the mark of the document's end; and before the first name.
    appendLine(text, text.length, indent + line, end),
    appendLine(text, document.range[1], indent + line, end),
    insert(text, first, `${line}${end}${indent}`),
  ];
}

function appendLine(text: string, at: number, line: string, end: string): string {
  const lead = at === 0 || text.slice(0, at).endsWith('\n') ? '' : end;
  return insert(text, at, `${lead}${line}${end}`);
}

/** From the last to the first, so that each still stands where it was read. */
function replaceValues(text: string, pairs: readonly Pair[], scalar: string): string {
  return pairs.toReversed().reduce((edited, { key, value }) => {
    const [from, to] = rangeOf(value) ?? endOf(rangeOf(key));
    const replaced = edited.slice(from, to);
    // A block ends with the end of its line, which belongs to the next one.
    const end = /\r?\n$/.exec(replaced)?.[0] ?? '';
    const tail = edited[to] === '#' && end === '' ? ' ' : end;
    const lead = edited[from - 1] === ':' ? ' ' : rangeOf(value) === undefined ? ': ' : '';
    return `${edited.slice(0, from)}${lead}${scalar}${tail}${edited.slice(to)}`;
  }, text);
}

function insert(text: string, at: number, added: string): string {
  return text.slice(0, at) + added + text.slice(at);
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  const range = isNodeWithRange(node) ? node.range : undefined;
  return range === undefined ? undefined : [range[0], range[1]];
}

function endOf(range: readonly [number, number] | undefined): readonly [number, number] {
  const end = range?.[1] ?? 0;
  return [end, end];
}

function isNodeWithRange(node: unknown): node is { range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
