import {
  inputOfQuantity,
  type Baseline,
  type BaselineQuantity,
  type BaselineValue,
} from '../deployments/baseline.js';
import { statistics } from './baseline.js';
import { alignColumns } from './model-table.js';
import { formatLimit, formatTime, unknownText, type Unit } from './numbers.js';
import { printable } from './text.js';

/** How each quantity is called, and how its values are written. */
const wording: Readonly<Record<BaselineQuantity, { readonly title: string; readonly unit: Unit }>> = {
  drawdown: { title: 'Drawdown', unit: 'share' },
  equity_deviation: { title: 'Equity deviation', unit: 'share' },
  blocked_lines: { title: 'BLOCKED lines in 6 h', unit: 'count' },
  guards: { title: 'Triggered guards', unit: 'count' },
  overrides: { title: 'Overrides in 1 h', unit: 'count' },
  stop_loss: { title: 'Stop-loss share', unit: 'share' },
  action_share: { title: 'Share of', unit: 'share' },
  extreme_confidence: { title: 'Extreme confidences', unit: 'share' },
  confidence_outcome_gap: { title: 'Confidence-outcome gap', unit: 'share' },
};

/** The quantity's name for people; an action's share names its action. */
export function quantityTitle({ quantity, action }: Pick<BaselineValue, 'quantity' | 'action'>): string {
  const { title } = wording[quantity];
  return action === '' ? title : `${title} ${action}`;
}

/** A value of a quantity, as exactly as people need it. */
export function formatQuantity(quantity: BaselineQuantity, value: number | undefined): string {
  if (value === undefined) return unknownText;
  const digits = wording[quantity].unit === 'share' ? 5 : 2;
  return formatLimit(Number(value.toFixed(digits)), wording[quantity].unit);
}

/** The baseline as a table: what was measured and how, its floor, and what counts. */
export function baselineTable(
  { values }: Baseline,
  floors: Readonly<Partial<Record<BaselineQuantity, number>>>,
): string[] {
  return alignColumns([
    ['Quantity', 'Source', 'Measured', 'Floor', 'Used'],
    ...values.map((value) => {
      const { quantity, measured, source } = value;
      const floor = floors[quantity];
      return [
        quantityTitle(value),
        source === 'history' ? `${statistics[quantity]} of 24 h` : 'current reading',
        formatQuantity(quantity, measured),
        floor === undefined ? '-' : formatQuantity(quantity, floor),
        formatQuantity(quantity, value.value),
      ];
    }),
  ]);
}

/** Why there is no baseline of a quantity, and what to do. */
export function unknownQuantity(quantity: BaselineQuantity): { detail: string; todo: string } {
  const input = inputOfQuantity[quantity];
  return {
    detail: `nobody knows ${quantity}: Prometheus has no reading of it (input ${input})`,
    todo: `Wait until the trading system has written enough of it, look at redline_collector_errors_total, or take ${input} out of deployments.calibration.inputs where it writes none.`,
  };
}

/** The file that a person reads: the baseline, when and by whom it was taken, and what was looked at then. */
export function renderBaselineFile(
  baseline: Baseline,
  table: readonly string[],
  operator: string,
  checks: string,
): string {
  return `${[
    'PRE-CALIBRATION BASELINE',
    '',
    `Captured  ${formatTime(baseline.captured_at)}${operator === '' ? '' : ` by ${printable(operator)}`}`,
    '',
    ...table,
    '',
    'Looked at before:',
    '',
    checks.trimEnd(),
  ].join('\n')}\n`;
}
