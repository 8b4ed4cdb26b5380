import type { ProbeFailure } from '../../metrics/probe-metrics.js';
import type { ProbeResult } from '../../metrics/probe.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { formatTime } from '../../reports/numbers.js';

/** What is asked, as people know it. */
export interface Target {
  readonly what: string;
  /** its part of the configuration, and the key of its path there */
  readonly setting: string;
  readonly path: string;
  readonly address: string;
  /** seconds */
  readonly timeout: number;
}

/**
 * How a probe ended; one that fails is a warning, since Redline works without.
 * @param facts what the answer says
 */
export function answerLine(
  target: Target,
  result: ProbeResult<unknown> | undefined,
  facts: readonly string[],
): CheckLine {
  const { what, address } = target;
  if (result === undefined) return { what, level: 'warn', detail: `${address} was not asked` };
  const { outcome, failure } = result;
  const milliseconds = Math.round(outcome.duration * 1000);
  const certificate =
    outcome.certificateExpiry === undefined
      ? []
      : [`certificate valid until ${formatTime(outcome.certificateExpiry)}`];
  const answered =
    outcome.answer === undefined
      ? `${address} gives no answer: ${outcome.failure?.detail ?? ''}`
      : `${address} answers ${outcome.answer.status} in ${milliseconds} ms${failure === undefined ? '' : complaints[failure]}`;
  const detail = [answered, ...facts, ...certificate].join('; ');
  if (failure === undefined) return { what, level: 'ok', detail };
  return { what, level: 'warn', detail, todo: todoOf(failure, target) };
}

/** What is wrong with an answer that is whole. */
const complaints: Readonly<Record<ProbeFailure, string>> = {
  timeout: '',
  unreachable: '',
  certificate: '',
  oversized: '',
  status: ', which is not 200',
  invalid_answer: ', and not what it should',
  not_ok: ', and not that it is ok',
};

/** What a person can do about it. */
function todoOf(failure: ProbeFailure, { setting, path, timeout }: Target): string {
  const service = setting.replace(/consensus$|dry_run_trade$/, 'backend');
  const todos: Readonly<Record<ProbeFailure, string>> = {
    timeout: `Find out why it is slow, or raise http.timeout (${timeout}s).`,
    unreachable: `Start it, or correct ${service}.url; leave it empty where there is no such service.`,
    certificate: `Renew its certificate, or name the authority that signed it in ${service}.ca_file.`,
    oversized: `Let ${setting}.${path} name what answers in a few kilobytes.`,
    status: `Correct ${setting}.${path}, or see its log. Redirects are not followed: name where they lead.`,
    invalid_answer: `Let ${setting}.${path} name what answers with the JSON that docs/health.md shows.`,
    not_ok: 'It says so itself, with the JSON value true and nothing like it: see its log.',
  };
  return todos[failure];
}

/** Values of the answer that are left out. */
export function flawLines({ what }: Target, result: ProbeResult<unknown> | undefined): CheckLine[] {
  if (result?.outcome.answer?.status !== 200) return [];
  const details = [...result.flaws].map(({ detail }) => detail);
  if (details.length === 0) return [];
  const todo = 'Such values are left out and counted: let it write them as docs/health.md shows.';
  return [{ what, level: 'warn', detail: details.join('; '), todo }];
}
