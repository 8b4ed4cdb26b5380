import type { Response } from 'express';

/** Where an answer keeps it. */
const refusal = 'redline.refusal';

/** Why a webhook was refused: values of the label `reason`. */
export const refusalReasons = [
  // what it holds
  'not_json',
  'not_a_payload',
  'wrong_version',
  'no_alerts',
  'too_many_alerts',
  'too_large',
  'unsupported_media_type',
  'compressed',
  // who sends it, and how
  'unauthorized',
  'forbidden',
  'wrong_method',
  'unreadable_body',
  // what the receiver can take
  'rate_limited',
  'inbox_full',
  'unwritable',
  'internal_error',
  // connections: ended before it was known what they ask for
  'bad_request',
  'headers_too_large',
  'slow_request',
  'too_many_connections',
  'tls_handshake',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Remembers why an answer says no, for who counts it when it is sent. */
export function noteRefusal(response: Response, reason: RefusalReason | undefined): void {
  response.locals[refusal] = reason;
}

/** Why an answer says no; undefined where it does not. */
export function refusalOf(response: Response): RefusalReason | undefined {
  const reason: unknown = response.locals[refusal];
  return refusalReasons.find((known) => known === reason);
}
