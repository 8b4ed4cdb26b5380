import type { KeyShape } from './redis-key.js';
import { valueOf } from './redis-reply.js';
import { SourceError } from './source-error.js';
import { readEntries, readStatus, type StreamEntry } from './stream.js';

/** Longest text of a key that is read, bytes. Those that are read here have some hundred. */
const longestText = 64 * 1024;

export interface TextValue {
  readonly type: 'string';
  readonly text: string;
}

export interface HashValue {
  readonly type: 'hash';
  /** those of the fields asked for that are there */
  readonly fields: Readonly<Record<string, string>>;
}

export interface ListValue {
  readonly type: 'list';
  readonly length: number;
  /** the newest, newest first */
  readonly entries: readonly string[];
}

export interface StreamValue {
  readonly type: 'stream';
  readonly length: number;
  readonly lastId: string;
  /** the newest, newest first */
  readonly entries: readonly StreamEntry[];
}

/** A string of at most 64 KiB. */
export const text: KeyShape<TextValue> = {
  type: 'string',
  commands: (key) => [['getrange', key, 0, longestText]],
  read: ([range]) => {
    const value = String(valueOf(range));
    if (Buffer.byteLength(value) > longestText) {
      throw new SourceError('oversized', `the text is longer than ${longestText} bytes`);
    }
    return { type: 'string', text: value };
  },
};

/** Some fields of a hash. */
export function hash(names: readonly string[]): KeyShape<HashValue> {
  return {
    type: 'hash',
    commands: (key) => [['hmget', key, ...names]],
    read: ([reply]) => {
      const values = listOf(valueOf(reply));
      const present = names.flatMap((name, index): [string, string][] => {
        const value = values[index];
        return typeof value === 'string' ? [[name, value]] : [];
      });
      return { type: 'hash', fields: Object.fromEntries(present) };
    },
  };
}

/** The newest entries of a list that grows at its head. */
export function list(count: number): KeyShape<ListValue> {
  return {
    type: 'list',
    commands: (key) => [
      ['lrange', key, 0, count - 1],
      ['llen', key],
    ],
    read: ([range, length]) => {
      const entries = listOf(valueOf(range)).map(String);
      // An entry may come between the two questions: where all were read, their number is that of the same instant.
      return {
        type: 'list',
        length: entries.length < count ? entries.length : Number(valueOf(length)),
        entries,
      };
    },
  };
}

/** The newest entries of a stream. */
export function stream(count: number): KeyShape<StreamValue> {
  return {
    type: 'stream',
    commands: (key) => [
      ['xinfo', 'STREAM', key],
      ['xrevrange', key, '+', '-', 'COUNT', count],
    ],
    read: ([info, range]) => {
      const status = readStatus(info);
      if (status === undefined) throw new SourceError('wrong_type', 'the stream goes while it is read');
      return {
        type: 'stream',
        length: status.length,
        lastId: status.lastGeneratedId,
        entries: readEntries(valueOf(range)),
      };
    },
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new SourceError('invalid_value', 'Redis answered no list');
  return value as readonly unknown[];
}
