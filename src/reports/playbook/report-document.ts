import { formatDuration } from '../../platform/duration.js';
import { formatMoney } from '../money.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import { alertSection } from './alert-section.js';
import type { Checklist } from './checklist.js';
import { beginsLate, type Coverage } from './coverage.js';
import { cell, fact, section, type Cell, type Fact, type ReportDocument, type Section } from './document.js';
import { financeSection } from './finance-section.js';
import { healthSection } from './health-section.js';
import { learningSections } from './learning-section.js';
import { operationsSection } from './operations-section.js';
import type { Period } from './period.js';
import type { PlaybookReport } from './report.js';
import { tradingSection } from './trading-section.js';

/** Gaps that are named. */
const namedGaps = 3;

/** The report as a document: what must be known first, the headline, then the answers. */
export function reportDocument(report: PlaybookReport): ReportDocument {
  const { period, occasions, coverage, learning, candidates, alerts, knownRules } = report;
  return {
    title: `Trading report, ${lengthText(period.hours)}`,
    subtitle: [
      `${formatTime(period.start)} to ${formatTime(period.end)}`,
      ...(occasions.length === 0 ? [] : [occasions.join(', ')]),
    ].join(' | '),
    warnings: warningsOf(report),
    headline: headline(report),
    sections: [
      ...report.checklists.map(checklistSection),
      alertSection(alerts, knownRules, period, coverage),
      tradingSection(report.trading),
      financeSection(report.finance, period),
      healthSection(report.health, period, alerts.episodes),
      ...learningSections(learning, candidates, knownRules),
      operationsSection(report.operations),
    ],
  };
}

function lengthText(hours: number): string {
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} ${hours === 1 ? 'hour' : 'hours'}`;
}

function warningsOf({ coverage, period, knownRules, unanswered }: PlaybookReport): string[] {
  return [
    ...coverageWarnings(coverage, period),
    ...(knownRules === 0 ? ['Prometheus knows no alerting rule: nothing is judged.'] : []),
    ...unanswered.map((reason) => `Not answered: ${reason}`),
  ];
}

function coverageWarnings(coverage: Coverage, period: Period): string[] {
  const { knownFrom, knownTo, gaps, share, stepSeconds } = coverage;
  if (knownFrom === undefined || knownTo === undefined)
    return [
      'Prometheus knows nothing of the trading tables in this time: is the exporter running, and scraped?',
    ];
  const missing = [
    ...(beginsLate(coverage, period)
      ? [`Prometheus knows the trading tables only since ${formatTime(knownFrom)}.`]
      : []),
    ...(period.end - knownTo > stepSeconds
      ? [`Nothing has been read since ${formatTime(knownTo)} (${formatDuration(period.end - knownTo)} ago).`]
      : []),
    ...(gaps.length === 0 ? [] : [gapText(gaps)]),
  ];
  return missing.length === 0 ? [] : [...missing, `Of this period ${formatValue(share, 'share')} are known.`];
}

function gapText(gaps: Coverage['gaps']): string {
  const named = gaps
    .slice(0, namedGaps)
    .map(({ start, end }) => `${formatTime(start)} to ${formatTime(end)}`)
    .join(', ');
  const more = gaps.length - namedGaps;
  return `Nothing is known of ${named}${more > 0 ? ` and ${more} more gaps` : ''}.`;
}

function headline(report: PlaybookReport): Fact[] {
  const { trading, finance, health, period } = report;
  const { window, overall } = trading;
  return [
    fact(
      'Win rate',
      formatValue(overall.winShare, 'share'),
      overall.baseline === undefined
        ? window.name
        : `${window.name}, baseline ${formatValue(overall.baseline, 'share')}`,
    ),
    fact(
      'Result',
      formatMoney(overall.pnl),
      `${formatValue(overall.trades, 'count')} trades, ${window.name}`,
    ),
    fact(
      'Drawdown',
      formatValue(finance.drawdown, 'share'),
      `highest ${formatValue(finance.highestDrawdown, 'share')} in ${period.hours} h`,
    ),
    fact('Portfolio', formatMoney(finance.portfolio), `today ${formatMoney(finance.todayPnl)}`),
    fact('Engine uptime', formatValue(health.engine.share, 'share'), `${period.hours} h`),
    fact('Alerts', ...alertCounts(report)),
  ];
}

function alertCounts({ alerts: { episodes }, knownRules }: PlaybookReport): [Cell, string] {
  // Nobody judged: that none fired says nothing.
  if (knownRules === 0 && episodes.length === 0) return [cell(unknownText), 'no rule is known'];
  const firing = episodes.filter(({ isFiring }) => isFiring).length;
  const critical = episodes.filter(({ severity }) => severity === 'critical').length;
  return [
    cell(String(episodes.length), critical > 0 ? 'bad' : episodes.length > 0 ? 'warn' : 'plain'),
    `${critical} critical, ${firing} still firing`,
  ];
}

function checklistSection({ occasion, boxes }: Checklist): Section {
  return section(`Checklist: ${occasion}`, {
    lead: [
      cell(
        'A box is ticked where the alerts that judge it could see and stayed silent; unknown is not ticked.',
        'dim',
      ),
    ],
    boxes,
  });
}
