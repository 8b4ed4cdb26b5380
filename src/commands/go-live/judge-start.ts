import { PrometheusError, type AlertingRule, type PrometheusClient } from '../../alerts/prometheus.js';
import type { StartValue } from '../../deployments/deployment.js';
import { judgedGoLiveInputs } from '../../deployments/go-live-inputs.js';
import { recordedMetric, type GoLiveInput } from '../../names.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { heldConditionLine } from '../../reports/held-condition.js';
import { readRunbookChecks } from '../../reports/runbook-checks.js';
import type { StartReading } from '../../reports/start-reading.js';
import { prometheusTime } from '../../reports/telemetry.js';
import type { Services } from '../services.js';
import { freshReading, ruleLines, silenceLine } from '../start-judgement.js';
import { Progress } from '../terminal.js';
import { backendLines } from './backend-lines.js';
import { unjudgedLines } from './criteria.js';
import { goLiveRollbackPlan } from './preflight.js';
import { captureStartValues } from './start-values.js';

const runbook = 'go-live';
const kind = 'a go-live';
const positionAlert = 'GoLivePositionLimit';

/** What Prometheus says before a go-live is declared. */
export interface GoLiveJudgement {
  readonly lines: readonly CheckLine[];
  /** alerts that roll it back; undefined: nobody knows */
  readonly rollbackAlerts: readonly string[] | undefined;
  /** what the backend's counters stand at; fewer than all: then a line fails */
  readonly startValues: readonly StartValue[];
}

/** Asks the rules and the backend's metrics; a Prometheus that is down is one of the lines. */
export async function judgeGoLive(services: Services, accepted: readonly string[]): Promise<GoLiveJudgement> {
  try {
    return await judge(services, accepted);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const todo =
      'Start it, or set prometheus.url: without it nobody knows how backend, positions and results are.';
    const line: CheckLine = { what: 'Prometheus', level: 'fail', detail: error.message, todo };
    return { lines: [line], rollbackAlerts: undefined, startValues: [] };
  }
}

async function judge(
  { prometheus, config }: Services,
  accepted: readonly string[],
): Promise<GoLiveJudgement> {
  const since = await prometheusTime(prometheus);
  const answer = await freshReading(prometheus, goLiveRollbackPlan, new Progress());
  const reading = typeof answer === 'string' ? undefined : answer;
  const captured = await captureStartValues(prometheus, since);
  const inputs = judgedGoLiveInputs(config);
  const rules = (await prometheus.alertingRules()).filter(({ labels }) => labels.runbook === runbook);
  const lines = [
    ...(await backendLines(prometheus, config)),
    ...captured.lines,
    await positionLine(prometheus, { reading, inputs, accepted }),
    ...(typeof answer === 'string'
      ? [silenceLine(answer, runbook, 'Without it nothing is judged. Run redline check.')]
      : ruleLines(answer, kind)),
    ...loadedLines(rules, reading),
    ...(await heldLines(prometheus, rules, reading, accepted)),
    ...(await unjudgedLines(prometheus, rules, inputs, [...(reading?.unknown ?? []), positionAlert])),
  ];
  return { lines, rollbackAlerts: reading?.rollbackAlerts, startValues: captured.values };
}

/** What is loaded of the runbook, and which of it Prometheus cannot evaluate. */
function loadedLines(rules: readonly AlertingRule[], reading: StartReading | undefined): CheckLine[] {
  const broken = rules.filter(({ health }) => health === 'err');
  const rollsBack = reading?.rollbackAlerts ?? [];
  return [
    ...(rollsBack.length === 0
      ? []
      : [
          {
            what: 'rules',
            level: 'ok' as const,
            detail: `${new Set(rules.map(({ name }) => name)).size} alerts of ${runbook} are loaded; it is rolled back by ${rollsBack.join(', ')}`,
          },
        ]),
    ...broken.map(({ name, lastError }): CheckLine => ({
      what: `rule ${name}`,
      level: 'fail',
      detail: `cannot be evaluated: ${lastError ?? 'Prometheus does not say why'}`,
      todo: 'What a broken rule judges is not watched.',
    })),
  ];
}

/** Conditions that hold already and would roll it back at once. */
async function heldLines(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  reading: StartReading | undefined,
  accepted: readonly string[],
): Promise<CheckLine[]> {
  const holding = (reading?.holding ?? []).filter((name) => name !== positionAlert);
  const held = rules.filter(({ name }) => holding.includes(name));
  const checks = await readRunbookChecks(prometheus, held, runbook);
  return holding.map((name) => heldConditionLine(name, checks, accepted.includes(name), 'the go-live'));
}

interface PositionQuestion {
  readonly reading: StartReading | undefined;
  readonly inputs: readonly GoLiveInput[];
  readonly accepted: readonly string[];
}

/** How many positions are open, and whether that is too many, which the rule says. */
async function positionLine(
  prometheus: PrometheusClient,
  { reading, inputs, accepted }: PositionQuestion,
): Promise<CheckLine> {
  const what = 'open positions';
  if (!inputs.includes('positions')) {
    const detail = 'not judged: deployments.go_live.inputs has no positions';
    return { what, level: 'warn', detail };
  }
  const count = (await prometheus.query(recordedMetric.openPositionsCount))[0]?.value;
  if (reading?.holding.includes(positionAlert) === true) {
    const detail = `${count ?? 'an unknown number'}, more than ${positionAlert} allows`;
    return accepted.includes(positionAlert)
      ? { what, level: 'warn', detail: `${detail}; accepted: it starts nothing until it has been false once` }
      : {
          what,
          level: 'fail',
          detail: `${detail}: the go-live would be rolled back at once`,
          todo: `Close some. See docs/alerts/${positionAlert}.md; --accept ${positionAlert} lets it through.`,
        };
  }
  const isJudged = reading?.rollbackAlerts.includes(positionAlert) === true;
  if (count === undefined || !isJudged || reading.unknown.includes(positionAlert)) {
    return {
      what,
      level: 'fail',
      detail:
        count === undefined
          ? 'nobody knows how many: neither positions_open of the backend nor the table positions says it'
          : `${count}, and nobody judges whether that is too many`,
      todo: `See docs/alerts/${positionAlert}.md.`,
    };
  }
  return { what, level: 'ok', detail: `${count}, which ${positionAlert} allows` };
}
