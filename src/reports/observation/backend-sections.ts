import { formatDuration } from '../../platform/duration.js';
import { formatMoney } from '../money.js';
import { formatValue, unknownText } from '../numbers.js';
import { cell, fact, section, table, type Cell, type Fact, type Section } from '../playbook/document.js';
import type { BackendState, Endpoint, RiskState, ScheduledJob } from './backend-state.js';

/** Rows of a table whose length others decide. */
const mostRows = 30;

/** The state of the backend when real trading began. */
export function initialBackendSection(state: BackendState, askedAt: string): Section {
  return section('Initial system state (T+0)', {
    lead: [cell(`As of ${askedAt}: when the rules had taken the deployment up.`, 'dim')],
    facts: [...serviceFacts(state), ...riskFacts(state.risk), ...cacheFacts(state)],
    tables: [requestTable(state), providerTable(state), jobTable(state)],
  });
}

function serviceFacts({ health, metrics, latency }: BackendState): Fact[] {
  return [
    fact('Health endpoint', endpointCell(health), endpointNote(health)),
    fact('Metrics endpoint', endpointCell(metrics), endpointNote(metrics)),
    fact('API latency P50', seconds(latency.p50), 'over 10 min'),
    fact('API latency P99', seconds(latency.p99), 'over 10 min'),
  ];
}

function endpointCell({ isUp }: Endpoint): Cell {
  if (isUp === undefined) return cell(unknownText, 'warn');
  return isUp ? cell('operational', 'good') : cell('does not answer as it should', 'bad');
}

function endpointNote({ statusCode, duration }: Endpoint): string {
  return [
    ...(statusCode === undefined ? [] : [`HTTP ${statusCode}`]),
    ...(duration === undefined ? [] : [`in ${seconds(duration)}`]),
  ].join(' ');
}

/** `0.025s`: latencies are shorter than durations elsewhere. */
function seconds(value: number | undefined): string {
  if (value === undefined) return unknownText;
  return value < 10 ? `${Number(value.toFixed(3))}s` : formatDuration(value);
}

function riskFacts(risk: RiskState): Fact[] {
  return [
    fact('Result of the day', formatValue(risk.dailyResult, 'share'), 'of the portfolio, a gain above 0'),
    fact('Portfolio value', formatMoney(risk.portfolio)),
    fact(
      'Risk denials',
      countsText(risk.denials.map(({ reason, count }) => [reason, count])),
      'since the backend started',
    ),
    fact('Risk gate decisions', countsText(risk.decisions.map(({ decision, count }) => [decision, count]))),
    fact(
      'Emergency stop triggers',
      formatValue(risk.essTriggers, 'count'),
      'since the backend started; only new ones are judged',
    ),
    fact('Open positions', formatValue(risk.positions, 'count')),
    fact('Highest leverage', formatValue(risk.leverage, 'count')),
    fact('Margin used', formatValue(risk.marginUsed, 'share')),
  ];
}

/** Some counters appear only with their first increment. */
function countsText(counts: readonly (readonly [string, number])[]): string {
  if (counts.length === 0) return 'no series: none yet, or none is exported';
  const shown = counts.slice(0, mostRows).map(([name, count]) => `${name} ${formatValue(count, 'count')}`);
  const more = counts.length - mostRows;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function cacheFacts({ cacheHits }: BackendState): Fact[] {
  if (cacheHits.length === 0) return [fact('Cache hit rate', unknownText)];
  return cacheHits
    .slice(0, mostRows)
    .map(({ cache, share }) =>
      fact(cache === '' ? 'Cache hit rate' : `Cache hit rate of ${cache}`, formatValue(share, 'share')),
    );
}

function requestTable({ requests }: BackendState): Section['tables'][number] {
  const rows = [...requests]
    .sort((a, b) => b.value - a.value)
    .slice(0, mostRows)
    .map(({ labels, value }) => [
      cell(labels.route ?? unknownText),
      cell(labels.status_code ?? unknownText),
      cell(formatValue(value, 'count')),
    ]);
  return table(
    'API requests since the backend started',
    ['Route', 'Status', '#Requests'],
    rows,
    'None is known.',
  );
}

function providerTable({ providers }: BackendState): Section['tables'][number] {
  const rows = providers
    .slice(0, mostRows)
    .map(({ name, successes, failures, circuit }) => [
      cell(name),
      cell(formatValue(successes, 'count')),
      cell(formatValue(failures, 'count')),
      cell(formatValue(circuit, 'count')),
    ]);
  return table(
    'Exchange connectivity',
    ['Provider', '#Successes', '#Failures', '#Circuit breaker (0 is closed)'],
    rows,
    'No provider is known.',
  );
}

function jobTable({ jobs }: BackendState): Section['tables'][number] {
  const statuses = [...new Set(jobs.flatMap(({ runs }) => runs.map(({ status }) => status)))].sort();
  const rows = jobs
    .slice(0, mostRows)
    .map((job) => [
      cell(job.name),
      ...statuses.map((status) => runsCell(job, status)),
      cell(seconds(job.duration)),
    ]);
  return table(
    'Scheduler',
    ['Job', ...statuses.map((status) => `#Runs: ${status}`), '#Duration'],
    rows,
    'No job is known.',
  );
}

function runsCell({ runs }: ScheduledJob, status: string): Cell {
  const count = runs.find((run) => run.status === status)?.count;
  return count === undefined ? cell('no series', 'dim') : cell(formatValue(count, 'count'));
}
