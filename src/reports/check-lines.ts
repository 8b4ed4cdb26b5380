import type { Paint } from './paint.js';

/** One thing that was looked at. */
export interface CheckLine {
  readonly what: string;
  /** warn: it works, but somebody should know */
  readonly level: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** what a person can do about it */
  readonly todo?: string;
}

/** The checks as lines; what to do stands below its check. */
export function renderCheckLines(lines: readonly CheckLine[], paint: Paint): string {
  const marks = { ok: paint.good('ok  '), warn: paint.warn('warn'), fail: paint.bad('FAIL') } as const;
  return `${lines
    .flatMap(({ what, level, detail, todo }) => [
      `${marks[level]}  ${paint.strong(what)}: ${detail}`,
      ...(todo === undefined ? [] : [`      -> ${todo}`]),
    ])
    .join('\n')}\n`;
}

export function hasFailure(lines: readonly CheckLine[]): boolean {
  return lines.some(({ level }) => level === 'fail');
}
