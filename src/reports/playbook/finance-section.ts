import type { Chart } from '../charts/chart.js';
import { formatMoney } from '../money.js';
import { formatValue, unknownText } from '../numbers.js';
import { cell, fact, section, table, type Section } from './document.js';
import { dayStatistics, type DayResult, type DayStatistics, type FinanceReading } from './finance.js';
import type { Period } from './period.js';
import { known } from './trading-section.js';

/** Results by day, portfolio and drawdown. */
export function financeSection(finance: FinanceReading, period: Period): Section {
  const statistics = dayStatistics(finance.completeDays);
  const over = `of ${statistics.days} complete UTC ${statistics.days === 1 ? 'day' : 'days'}`;
  return section('Money', {
    lead: [
      cell(
        'Days are whole UTC days by when a trade was closed, so that they need not add up to the result of the period.',
      ),
    ],
    facts: [
      fact('Result today (UTC)', formatMoney(finance.todayPnl)),
      fact('Daily average', formatMoney(statistics.mean), over),
      fact('Best day', dayText(statistics.best)),
      fact('Worst day', dayText(statistics.worst)),
      fact(
        'Sharpe ratio',
        sharpeText(statistics),
        `mean / deviation of the daily results x sqrt(365), ${over}`,
      ),
      fact('Losing days in a row', formatValue(finance.redDays, 'count')),
      fact('Portfolio', formatMoney(finance.portfolio), `peak of 30d ${formatMoney(finance.peak)}`),
      fact('Drawdown now', formatValue(finance.drawdown, 'share'), 'from the peak of 30d'),
      fact('Highest drawdown', formatValue(finance.highestDrawdown, 'share'), `within ${period.hours} h`),
      fact(
        'Positions',
        finance.openPositions === undefined
          ? unknownText
          : `${formatValue(finance.openPositions, 'count')} open`,
        `realised ${formatMoney(finance.realizedPnl)}, unrealised ${formatMoney(finance.unrealizedPnl)}`,
      ),
    ],
    charts: financeCharts(finance, period),
    tables: [
      table(
        'Result by day',
        ['Day (UTC)', '#Trades', '#Result'],
        [...finance.days]
          .reverse()
          .map(({ date, trades, pnl }) => [
            cell(date),
            known(formatValue(trades, 'count')),
            known(formatMoney(pnl)),
          ]),
        'No day is known.',
      ),
    ],
  });
}

export function sharpeText({ sharpe }: DayStatistics): string {
  return sharpe === undefined ? unknownText : sharpe.toFixed(2);
}

function dayText(day: DayResult | undefined): string {
  return day === undefined ? unknownText : `${formatMoney(day.pnl)} (${day.date})`;
}

/** Points of a history lie so much further apart than usual where something is missing between them. */
const gapFactor = 3;
/** Points of a history, at most; as many as are asked for. */
const points = 240;

function financeCharts(finance: FinanceReading, { hours, start, end }: Period): Chart[] {
  const time = { start, end, gapSeconds: Math.max(60, (hours * 3600) / points) * gapFactor };
  const { portfolioHistory, drawdownHistory, days } = finance;
  return [
    {
      kind: 'bars',
      unit: 'money',
      title: 'Result by UTC day',
      description: days.map(({ date, pnl }) => `${date} ${formatMoney(pnl)}`).join('; '),
      bars: days.map(({ date, pnl }) => ({ label: date.slice(5), value: pnl })),
    },
    {
      kind: 'line',
      unit: 'money',
      title: 'Portfolio value',
      description: `From ${formatMoney(portfolioHistory[0]?.[1])} to ${formatMoney(portfolioHistory.at(-1)?.[1])}.`,
      points: portfolioHistory,
      isDepth: false,
      ...time,
    },
    {
      kind: 'line',
      unit: 'share',
      title: 'Drawdown',
      description: `Now ${formatValue(finance.drawdown, 'share')}, at most ${formatValue(finance.highestDrawdown, 'share')}.`,
      points: drawdownHistory,
      isDepth: true,
      ...time,
    },
  ];
}
