import { normaliseConfidence, type Confidence } from './confidence.js';
import { isObject, parseLenientJson } from './lenient-json.js';
import { isModelName } from './model-name.js';
import { parseTimestamp } from './timestamp.js';

/** Largest entry that is parsed, characters; a trade intent has about a thousand. */
export const maxEntryLength = 1024 * 1024;

/** How far ahead of the clock an event may be, seconds. */
const futureTolerance = 60;

export const actions = ['BUY', 'SELL', 'HOLD'] as const;
export type Action = (typeof actions)[number];

/** What one model said in one event. */
export interface Vote {
  readonly model: string;
  /** undefined: it named none that is known, so that it has no vote */
  readonly action: Action | undefined;
  readonly confidence: number | 'invalid';
}

/** Why an entry is not judged. */
export type Rejection =
  'other_event_type' | 'malformed_json' | 'missing_field' | 'oversized' | 'future_timestamp';

/** What was wrong inside an event that is judged all the same. */
export type Flaw = 'unknown_action' | 'unknown_model' | 'invalid_confidence';

export type ParsedIntent =
  | { readonly kind: 'rejected'; readonly reason: Rejection }
  | { readonly kind: 'intent'; readonly votes: readonly Vote[]; readonly flaws: ReadonlySet<Flaw> };

/** A stream entry as read: field names and values in turn. */
export interface RawIntent {
  /** milliseconds of the entry's id */
  readonly ms: number;
  readonly fields: readonly string[];
}

/**
 * Reads one entry of the trade.intent stream.
 * @param now Unix seconds
 * @returns every model's vote, or why the entry is not judged. A model without a confidence (null or absent) made no
 *   prediction in the event and has no vote; one with an invalid confidence keeps its vote.
 */
export function parseTradeIntent(entry: RawIntent, now: number): ParsedIntent {
  if (lengthOf(entry.fields) > maxEntryLength) return rejected('oversized');
  const type = fieldOf(entry.fields, 'event_type');
  if (type === undefined) return rejected('missing_field');
  if (type !== 'trade.intent') return rejected('other_event_type');
  const text = fieldOf(entry.fields, 'payload');
  if (text === undefined) return rejected('missing_field');
  const payload = parseLenientJson(text);
  if (!isObject(payload)) return rejected('malformed_json');
  const timestamp = parseTimestamp(payload.timestamp);
  if (Math.max(entry.ms / 1000, timestamp ?? 0) > now + futureTolerance) return rejected('future_timestamp');

  const written = payload.model_breakdown ?? fieldOf(entry.fields, 'model_breakdown');
  if (written === undefined) return rejected('missing_field');
  const breakdown = typeof written === 'string' ? parseLenientJson(written) : written;
  return isObject(breakdown) ? readVotes(breakdown) : rejected('malformed_json');
}

function rejected(reason: Rejection): ParsedIntent {
  return { kind: 'rejected', reason };
}

function readVotes(breakdown: Readonly<Record<string, unknown>>): ParsedIntent {
  const votes: Vote[] = [];
  const flaws = new Set<Flaw>();
  for (const [model, said] of Object.entries(breakdown)) {
    if (said === null) continue;
    if (!isModelName(model)) {
      flaws.add('unknown_model');
      continue;
    }
    const confidence: Confidence = isObject(said) ? normaliseConfidence(said.confidence) : 'invalid';
    if (confidence === undefined) continue;
    if (confidence === 'invalid') flaws.add('invalid_confidence');
    const action = isObject(said) ? readAction(said.action) : undefined;
    if (action === undefined) flaws.add('unknown_action');
    votes.push({ model, action, confidence });
  }
  return { kind: 'intent', votes, flaws };
}

/** BUY, SELL or HOLD in any case; undefined for anything else. */
export function readAction(raw: unknown): Action | undefined {
  if (typeof raw !== 'string') return undefined;
  const upper = raw.trim().toUpperCase();
  return actions.find((action) => action === upper);
}

/** A field of a stream entry, whose names and values stand in turn. */
export function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if (fields[index] === name) return fields[index + 1];
  }
  return undefined;
}

/** Characters of all names and values of an entry. */
export function lengthOf(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + field.length, 0);
}
