import { enoughData } from '../deployments/enough-data.js';
import type { Promotion, PromotionValue, TradingMode } from '../deployments/promotion.js';
import type { AcceptanceAlert } from '../names.js';
import { formatDuration } from '../platform/duration.js';
import { formatAlertLimit, formatAlertValue } from './alert-units.js';
import type { CheckLine } from './check-lines.js';
import { formatTime, unknownText } from './numbers.js';
import type { Paint } from './paint.js';
import { isPassed, type Acceptance, type AcceptanceVerdict } from './promotion.js';
import { printable } from './text.js';

const titles: Readonly<Record<AcceptanceAlert, string>> = {
  ApiErrorRateAboveAcceptance: 'Error rate',
  ApiLatencyAboveAcceptance: 'Response time',
  ConfidenceCalibrationOff: 'Confidence calibration',
  RiskLimitBreached: 'Risk limits',
};

/** The answer of `promote check` for a terminal. */
export function renderAcceptance(acceptance: Acceptance, paint: Paint): string {
  const { at, windowSeconds, tradingMode, checks } = acceptance;
  const marks: Readonly<Record<AcceptanceVerdict, string>> = {
    holds: paint.good('holds  '),
    failed: paint.bad('FAILED '),
    'not enough data': paint.warn('too few'),
    unknown: paint.bad('unknown'),
  };
  return `${[
    paint.strong('Promotion from paper to live'),
    `  Window   ${formatDuration(windowSeconds)}, until ${formatTime(at)}`,
    `  Mode     ${tradingMode}`,
    '',
    ...checks.flatMap((check) => [
      `  ${marks[check.verdict]}  ${titles[check.alertname]} (${check.alertname})${check.note === '' ? '' : `: ${printable(check.note)}`}`,
      ...check.values.map((value) => `           ${describeValue(value)}`),
    ]),
    '',
    ...judgedLines(acceptance, paint),
    isPassed(acceptance)
      ? paint.good('Passed: every threshold held, with enough data.')
      : paint.bad(`Not passed: ${whyNot(acceptance)}.`),
  ].join('\n')}\n`;
}

function describeValue({ alertname, query, of, value, worst, limit, known }: PromotionValue): string {
  const bound = limit ?? undefined;
  const told = (number: number | null): string =>
    formatAlertValue(alertname, number ?? undefined, bound, query);
  return `${of === '' ? '' : `${printable(of)}: `}now ${told(value)}, worst ${told(worst)} (limit ${formatAlertLimit(alertname, bound, query)}), known for ${share(known)} of the window`;
}

/** Rules that were not evaluated judged nothing, which no threshold shows. */
function judgedLines({ judged }: Acceptance, paint: Paint): string[] {
  return judged >= enoughData
    ? []
    : [
        paint.warn(
          `Rules were evaluated for ${share(judged)} of the window; ${share(enoughData)} are asked for.`,
        ),
        '',
      ];
}

function whyNot({ checks, tradingMode }: Acceptance): string {
  const thresholds = (['failed', 'not enough data', 'unknown'] as const)
    .map((verdict) => ({ verdict, of: checks.filter((check) => check.verdict === verdict) }))
    .filter(({ of }) => of.length > 0)
    .map(({ verdict, of }) => `${verdict}: ${of.map(({ alertname }) => titles[alertname]).join(', ')}`);
  const mode =
    tradingMode === 'paper'
      ? []
      : [
          tradingMode === 'unknown'
            ? 'nobody knows whether it trades on paper'
            : `not on paper (trading mode ${tradingMode})`,
        ];
  return [...thresholds, ...mode].join('; ');
}

/** Never more than it is: 99.96% are not 100%. */
function share(value: number): string {
  return `${Math.floor(value * 1000) / 10}%`;
}

/**
 * Whether real money is traded with as it should be: a pass came before.
 * @param newest pass on record that was taken on paper; undefined: none
 */
export function promotionLine(mode: TradingMode, newest: Promotion | undefined): CheckLine {
  const what = 'promotion';
  const pass =
    newest === undefined
      ? 'no pass of the acceptance thresholds is on record'
      : `the acceptance thresholds were passed ${formatTime(newest.passed_at)}${newest.operator === '' ? '' : ` (${printable(newest.operator)})`}, over ${formatDuration(newest.window_seconds)}`;
  if (mode !== 'live' || newest !== undefined)
    return { what, level: 'ok', detail: `trading mode ${mode === 'unknown' ? unknownText : mode}; ${pass}` };
  return {
    what,
    level: 'warn',
    detail: `the trading mode is live, and ${pass}`,
    todo: 'Go back to paper until redline promote check passes.',
  };
}
