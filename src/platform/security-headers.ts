import { createHash } from 'node:crypto';

/**
 * Headers of every answer of both programs: nothing of it is run, framed, sniffed, kept or told to another site.
 * @param isTls whether the program speaks TLS: then browsers are told to ask it in no other way
 */
export function securityHeaders(isTls: boolean): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    ...(isTls ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
}

/**
 * Headers of a page for people, in place of some of those above: nothing is run or drawn but these very texts, nothing is
 * fetched from or sent to anywhere else.
 * @param style the only content of its style element
 * @param script the only content of its script element; left out: it has none
 */
export function pageHeaders(style: string, script?: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src '${hash(style)}'`,
      ...(script === undefined ? [] : [`script-src '${hash(script)}'`, "connect-src 'self'"]),
      'img-src data:',
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    // With no-referrer a browser hides the origin of a form, by which orders are judged.
    'Referrer-Policy': 'same-origin',
  };
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
