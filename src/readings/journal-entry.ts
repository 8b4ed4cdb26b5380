/** A line of `journalctl -o json`. */
export interface JournalLine {
  /** the line; of one that is too long its first part */
  readonly text: string;
  /** the last part of a line that is too long; undefined: it is whole */
  readonly end: string | undefined;
}

/** What a line says, as far as it is counted. */
export interface JournalEntry {
  readonly cursor: string;
  /** the journal's own time, Unix time in microseconds */
  readonly microseconds: number;
  /** 0-7; undefined: none */
  readonly priority: number | undefined;
  /** of a line that is too long its beginning; empty where it has none */
  readonly message: string;
  /** unit of the process that logged it; empty: of none */
  readonly owner: string;
  /** units that it is about; the journal shows it for them too */
  readonly about: readonly string[];
}

/** The fields that an entry is read from, beside those that journalctl always gives. */
export const journalFields = [
  'MESSAGE',
  'PRIORITY',
  '_SYSTEMD_UNIT',
  'UNIT',
  'OBJECT_SYSTEMD_UNIT',
  'COREDUMP_UNIT',
] as const;

/** Characters of a message that are looked at where the line is too long. */
const longestMessage = 64 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined where the line is no journal entry */
export function readJournalEntry({ text, end }: JournalLine): JournalEntry | undefined {
  const fields = end === undefined ? parseObject(text) : fieldsOfParts(text, end);
  if (fields === undefined) return undefined;
  const cursor = fields.__CURSOR;
  const microseconds = Number(fields.__REALTIME_TIMESTAMP);
  if (typeof cursor !== 'string' || cursor === '') return undefined;
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) return undefined;
  return {
    cursor,
    microseconds,
    priority: priorityOf(fields.PRIORITY),
    message: textOf(fields.MESSAGE),
    owner: textOf(fields._SYSTEMD_UNIT),
    about: [fields.UNIT, fields.OBJECT_SYSTEMD_UNIT, fields.COREDUMP_UNIT]
      .map(textOf)
      .filter((unit) => unit !== ''),
  };
}

/**
 * The followed unit that an entry counts for: the one that logged it, else the one that it is about. What systemd
 * itself logs is about the unit that it names.
 */
export function unitOf(entry: JournalEntry, followed: ReadonlySet<string>): string | undefined {
  const { owner, about } = entry;
  if (owner !== 'init.scope' && followed.has(owner)) return owner;
  return about.find((unit) => followed.has(unit)) ?? (followed.has(owner) ? owner : undefined);
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** journalctl writes bytes that are no text as an array of numbers, and a field that occurs twice as an array of its values. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const items: readonly unknown[] = value;
  return items.every((item) => typeof item === 'number')
    ? Buffer.from(items).toString('utf8')
    : items.map(textOf).join('\n');
}

function priorityOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^[0-7]$/.test(value) ? Number(value) : undefined;
}

const fieldNames = [
  '__CURSOR',
  '__REALTIME_TIMESTAMP',
  ...journalFields.filter((name) => name !== 'MESSAGE'),
];

/** Reads what is left of a line whose middle was dropped: its fields stand in any order, around a long message. */
function fieldsOfParts(begin: string, end: string): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of fieldNames) {
    // Inside of a message a quote is escaped, so it cannot be taken for a field.
    const pattern = new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]*)"`);
    fields[name] = (pattern.exec(begin) ?? pattern.exec(end))?.[1];
  }
  return { ...fields, MESSAGE: messageOfPart(begin) };
}

function messageOfPart(begin: string): string {
  const match = /"MESSAGE"\s*:\s*(?=["[])/.exec(begin);
  const start = match === null ? begin.length : match.index + match[0].length;
  const value = begin.slice(start, start + longestMessage);
  // Cut behind the last character, or number, that is there as a whole.
  const whole = value.startsWith('"')
    ? `${/^"(?:[^"\\]+|\\[^u]|\\u[0-9a-fA-F]{4})*/.exec(value)?.[0] ?? '"'}"`
    : `${/^\[(?:\d+,\s*)*/.exec(value)?.[0].replace(/,\s*$/, '') ?? '['}]`;
  return textOf(parseObject(`{"MESSAGE":${whole}}`)?.MESSAGE);
}
