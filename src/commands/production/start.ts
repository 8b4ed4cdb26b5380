import { PrometheusError } from '../../alerts/prometheus.js';
import { resolveEngineUnit } from '../../deployments/engine-unit.js';
import { drillPlan } from '../../names.js';
import { ExitCode } from '../../platform/errors.js';
import { hasFailure, renderCheckLines, type CheckLine } from '../../reports/check-lines.js';
import { renderProductionStarted } from '../../reports/production-start.js';
import { readRunbookChecks, type RunbookCheck } from '../../reports/runbook-checks.js';
import { heldConditionLine } from '../../reports/held-condition.js';
import { operatorName } from '../operator.js';
import { dryRunLines } from '../plan-dry-run.js';
import { preflightPlan } from '../plan-preflight.js';
import { receiverLines } from '../preflight.js';
import { openServices, type Services } from '../services.js';
import { freshReading, refuseUnknownNames, ruleLines, silenceLine } from '../start-judgement.js';
import { note, outputPaint, print, printJson, Progress } from '../terminal.js';

export interface StartOptions {
  readonly operator?: string;
  readonly accept?: readonly string[];
  readonly json?: true;
}

/** The plan that undoes production. */
const plan = 'production';
const runbook = 'playbook';

/** What the rules say before production is declared. */
interface Judged {
  readonly lines: readonly CheckLine[];
  /** alerts that roll it back; undefined: nobody knows */
  readonly rollbackAlerts: readonly string[] | undefined;
  /** those that hold already */
  readonly holding: readonly string[];
  /** rows of the runbook, with the values of those that hold */
  readonly checks: readonly RunbookCheck[];
}

/** `redline deploy start production`. @returns 0 under observation, 2 refused, every reason named */
export async function startProduction(
  configPath: string | undefined,
  { accept = [], operator, json }: StartOptions,
): Promise<ExitCode> {
  const services = openServices(configPath);
  const accepted = [...new Set(accept)];
  const [judged, lines] = await Promise.all([judge(services), preflight(services)]);
  refuseUnknownNames(accepted, judged.rollbackAlerts, 'production');
  const checks: CheckLine[] = [
    ...lines,
    ...judged.lines,
    ...judged.holding.map((name) =>
      heldConditionLine(name, judged.checks, accepted.includes(name), 'production'),
    ),
  ];
  if (!json && checks.some(({ level }) => level !== 'ok'))
    print(`${renderCheckLines(checks, outputPaint())}\n`);
  if (hasFailure(checks)) {
    if (json) printJson({ ok: false, checks, deployment: null });
    note('redline: production is not under observation: mend what FAIL names above. Nothing was changed.');
    return ExitCode.refused;
  }
  const deployment = await services.receiver.startDeployment({
    kind: 'production',
    operator: operatorName(operator),
    // It restarts nothing, so that there is nothing to wait for.
    settle_seconds: 0,
    accepted,
  });
  if (json) printJson({ ok: true, checks, deployment });
  else
    print(renderProductionStarted(deployment, judged.rollbackAlerts ?? [], services.command, outputPaint()));
  return ExitCode.ok;
}

/** Whether a rollback could be carried out, by a receiver that would do it. */
async function preflight(services: Services): Promise<CheckLine[]> {
  const { config } = services;
  const engine = await resolveEngineUnit(config);
  const [receiver, script] = await Promise.all([
    receiverLines(services, 'fail', 'production'),
    preflightPlan(config, plan, engine),
  ]);
  const [running, dryRun] = await Promise.all([
    hasFailure(receiver) ? [] : runningLines(services),
    hasFailure(script) ? [] : dryRunLines(config, plan, engine),
  ]);
  return [...receiver, ...running, ...script, ...dryRun];
}

async function runningLines({ receiver, command }: Services): Promise<CheckLine[]> {
  const running = (await receiver.rollbacks()).filter(
    ({ plan: name, result }) => result === null && name !== drillPlan,
  );
  return running.map(({ id }) => ({
    what: 'rollbacks',
    level: 'fail',
    detail: `${id} is running`,
    todo: `Wait for its end: ${command} deploy status.`,
  }));
}

async function judge({ prometheus }: Services): Promise<Judged> {
  try {
    const reading = await freshReading(prometheus, plan, new Progress());
    if (typeof reading === 'string') {
      const line = silenceLine(reading, runbook, 'Without it nothing is judged. Run redline check.');
      return { lines: [line], rollbackAlerts: undefined, holding: [], checks: [] };
    }
    const rules = await prometheus.alertingRules();
    const held = rules.filter(({ name }) => reading.holding.includes(name));
    return {
      lines: ruleLines(reading, 'production'),
      rollbackAlerts: reading.rollbackAlerts,
      holding: reading.holding,
      checks: await readRunbookChecks(prometheus, held, runbook),
    };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const todo = 'Start it, or set prometheus.url: without it nothing is judged.';
    const line: CheckLine = { what: 'Prometheus', level: 'fail', detail: error.message, todo };
    return { lines: [line], rollbackAlerts: undefined, holding: [], checks: [] };
  }
}
