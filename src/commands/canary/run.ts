import { ExitCode, UserError } from '../../platform/errors.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { hasFailure, renderCheckLines } from '../../reports/check-lines.js';
import { renderActivated, renderDryRun } from '../../reports/activation.js';
import type { GateReading } from '../../reports/gate.js';
import { renderGateText } from '../../reports/gate-report.js';
import { conditionsAgainst } from '../../reports/gate-verdict.js';
import { formatValue } from '../../reports/numbers.js';
import { renderRollback } from '../../reports/rollback-report.js';
import { printable } from '../../reports/text.js';
import { writeGateFiles } from '../gate-files.js';
import { exitCodeOf, passGate } from '../pass-gate.js';
import { rollBack } from '../roll-back.js';
import type { Services } from '../services.js';
import { note, outputPaint, print, Progress } from '../terminal.js';
import { activate, ActivationFailed, type GatePass } from './activate.js';
import { Interruption } from './interruption.js';
import { planCanary, type CanaryPlan, type CanaryRequest } from './plan.js';
import { preflight } from './preflight.js';

export interface CanaryRun extends CanaryRequest {
  /** Unix seconds; undefined: since the engine runs */
  readonly cutover: number | undefined;
  readonly dryRun: boolean;
  /** the command that rolls it back, for people and for the record */
  readonly rollbackCommand: string;
}

/**
 * The whole way to a canary: what must hold before, the gate, the conditions that would roll it back at once, and then
 * its activation. Nothing skips a part of it; a dry run ends before anything is changed.
 * @returns the exit code: 0 activated (or would be), 2 refused, 1 begun and handed to be rolled back
 */
export async function runCanary(services: Services, run: CanaryRun): Promise<ExitCode> {
  const paint = outputPaint();
  const plan = await planCanary(services.config, run);
  const lines = await preflight(services, plan);
  if (run.dryRun || lines.some(({ level }) => level !== 'ok')) print(renderCheckLines(lines, paint));
  if (hasFailure(lines)) {
    note('redline: no canary is activated: mend what FAIL names above. Nothing was changed.');
    return ExitCode.refused;
  }
  const pass = await gatePass(services, run);
  if (pass === undefined) return ExitCode.refused;
  if (run.dryRun) {
    print(
      renderDryRun(
        { ...plan, ...run, commands: plan.engine.commands, canaryLog: services.config.files.canary_log },
        paint,
      ),
    );
    return ExitCode.ok;
  }
  return activateOrUndo(services, plan, pass, run.rollbackCommand);
}

/** Asks the gate and the conditions. @returns undefined where one says no; said on the terminal then */
async function gatePass(services: Services, { cutover, model }: CanaryRun): Promise<GatePass | undefined> {
  const report = await passGate(
    { ...services, progress: new Progress() },
    { cutover, mode: 'canary', model },
  );
  await writeGateFiles(report, services.config.files.reports);
  const { outcome } = report;
  if (!outcome.known || exitCodeOf(report) !== ExitCode.ok || report.cutover === undefined) {
    print(renderGateText(report, outputPaint()));
    note('redline: no canary is activated. Nothing was changed.');
    return undefined;
  }
  const objections = conditionObjections(outcome.reading, model);
  if (objections.length > 0) {
    print(renderCheckLines(objections, outputPaint()));
    note('redline: no canary is activated: it would be rolled back at once. Nothing was changed.');
    return undefined;
  }
  const { events } = outcome.reading.window;
  print(
    `${outputPaint().good('✅ QUALITY GATE PASSED')}\n   ${formatValue(events, 'count')} post-cutover events analyzed\n`,
  );
  return { cutover: report.cutover, events };
}

/** What the rules would say of a canary of this model if it ran already. A model of which they say nothing is refused. */
function conditionObjections({ conditions }: GateReading, model: string): CheckLine[] {
  if (!conditions.some((condition) => condition.model === model)) {
    return [
      {
        what: 'conditions',
        level: 'fail',
        detail: `no rule says what would roll a canary of ${model} back`,
        todo: 'Load prometheus/rules/*.yml; a canary that nobody judges is not activated.',
      },
    ];
  }
  return conditionsAgainst(conditions, model).map((condition) => ({
    what: printable(condition.alertname),
    level: 'fail',
    detail: `it holds now${condition.model === '' ? ' for the ensemble' : ''}`,
    todo: `See docs/alerts/${printable(condition.alertname)}.md, and redline scoreboard for the values.`,
  }));
}

async function activateOrUndo(
  services: Services,
  plan: CanaryPlan,
  pass: GatePass,
  rollbackCommand: string,
): Promise<ExitCode> {
  const interruption = new Interruption();
  try {
    note(`Restarting ${plan.engine.unit} with the canary ...`);
    const { deployment, restartSeen } = await activate(services, plan, pass, rollbackCommand, interruption);
    const startedAt = deployment.started_at;
    const statusCommand = `${services.command} deploy status`;
    print(
      renderActivated({ ...plan, startedAt, restartSeen, rollbackCommand, statusCommand }, outputPaint()),
    );
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ActivationFailed)) throw error;
    note(`redline: the activation failed: ${error.message}. Rolling it back.`);
    await undo(services, error, rollbackCommand);
    return ExitCode.failure;
  } finally {
    interruption.end();
  }
}

/** Hands the rollback over and tells how it went; a refusal must not hide that the state is half changed. */
async function undo(services: Services, failure: ActivationFailed, rollbackCommand: string): Promise<void> {
  try {
    const rollback = await rollBack(services, failure.order, new Progress());
    print(renderRollback(rollback, outputPaint()));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(`redline: ${error.message}\nNOT ROLLED BACK. The change is half made: run ${rollbackCommand}`);
  }
}
