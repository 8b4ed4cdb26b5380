import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.js';
import { resolveEngineUnit } from '../deployments/engine-unit.js';
import type { CheckResult, CommandResult, TriggerSource } from '../deployments/rollback.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { runCommand } from '../platform/run-command.js';
import { endOfDeployment } from './begin.js';
import { endLeftovers, waitForScripts } from './leftovers.js';
import type { Ledger } from './ledger.js';
import { preparePlan, programProblem, type PreparedMethod, type PreparedPlan } from './plans.js';
import type { Fact } from './records.js';
import { scriptEnvironment, scriptInput, type ScriptOrder } from './script-environment.js';
import type { RollbackState } from './state.js';
import { verifyState } from './verify.js';

/** Pause before a record that could not be written is tried again, seconds. */
const writeAgainAfter = 1;

export interface RunContext {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly logger: Logger;
  /** reads a key of Redis as text; undefined where there is no such key */
  readonly readRedisKey: (key: string) => Promise<string | undefined>;
}

/** Carries out one rollback that the ledger says has begun, and records how it went. */
export class RollbackRun {
  readonly #context: RunContext;
  readonly #rollback: RollbackState;
  readonly #log: Logger;
  /** facts that the disk did not take yet: a full disk must not stop a rollback */
  #unwritten: Fact[] = [];

  /** @param id of a rollback in the ledger without a result */
  constructor(context: RunContext, id: string) {
    const rollback = context.ledger.state.rollbacks.get(id);
    if (rollback === undefined) throw new Error(`the ledger knows no rollback ${id}`);
    this.#context = context;
    this.#rollback = rollback;
    this.#log = context.logger.child({ rollback: id, plan: rollback.plan, deployment: rollback.deployment });
  }

  /** Runs the plan's methods until one has done it. Never throws: what went wrong is in the record. */
  async run(): Promise<void> {
    await this.#guard(async (plan, engineUnit) => {
      await this.#runMethods(plan, engineUnit, this.#rollback.trigger.source, '');
    });
  }

  /**
   * Takes up a rollback that was interrupted. What its scripts have reached already is looked at first, and only what
   * does not verify is run again.
   */
  async recover(): Promise<void> {
    await this.#guard(async (plan, engineUnit) => {
      const { deployments } = this.#context.ledger.state;
      const end = endOfDeployment(deployments.get(this.#rollback.deployment), unixNow());
      if (end.length > 0) await this.#record(...end);
      if (await this.#isDone(plan, engineUnit)) return;
      await endLeftovers(this.#rollback.id);
      const note = 'interrupted and run again';
      await this.#record({ type: 'rollback_resumed', rollback: this.#rollback.id, note });
      this.#log.warn('the rollback was interrupted and its state does not verify: running it again');
      await this.#runMethods(plan, engineUnit, 'recovery', note);
    });
  }

  async #guard(work: (plan: PreparedPlan, engineUnit: string) => Promise<void>): Promise<void> {
    try {
      const engineUnit = await resolveEngineUnit(this.#context.config.systemd);
      await work(preparePlan(this.#context.config, this.#rollback.plan, engineUnit), engineUnit);
    } catch (error) {
      this.#log.error({ err: error }, 'the rollback could not be carried out');
      await this.#finish('failed', errorMessage(error));
    }
    await this.#writeRest();
  }

  /** Whether an interrupted rollback has reached what its last method was to reach. */
  async #isDone(plan: PreparedPlan, engineUnit: string): Promise<boolean> {
    const last = this.#rollback.methods.at(-1);
    const method = plan.methods.find(({ name }) => name === last?.name);
    if (last === undefined || method === undefined || method.verify.length === 0) return false;
    await waitForScripts(this.#rollback.id, Math.max(0, last.started_at + method.timeoutSeconds - unixNow()));
    const verification = await this.#verify(method, plan, engineUnit, 'recovery');
    if (!verification.every(({ ok }) => ok)) return false;
    const { exit_code, signal, timed_out, error, output, output_truncated } = last;
    const result = { exit_code, signal, timed_out, error, output, output_truncated };
    await this.#record(methodFinished(this.#rollback.id, method.name, result, verification));
    await this.#finish('succeeded', 'recovered: it was interrupted, and its state verified');
    return true;
  }

  async #runMethods(
    plan: PreparedPlan,
    engineUnit: string,
    trigger: TriggerSource,
    note: string,
  ): Promise<void> {
    for (const method of plan.methods) {
      if (await this.#runMethod(method, plan, engineUnit, trigger)) {
        await this.#finish('succeeded', note);
        return;
      }
    }
    await this.#finish('failed', 'no method did it');
  }

  /** @returns whether it did it: exit 0 within its time, and every check holds */
  async #runMethod(
    method: PreparedMethod,
    plan: PreparedPlan,
    engineUnit: string,
    trigger: TriggerSource,
  ): Promise<boolean> {
    const { id } = this.#rollback;
    await this.#record({
      type: 'method_started',
      rollback: id,
      name: method.name,
      argv: [...method.argv],
    });
    this.#log.info({ method: method.name, argv: method.argv }, 'method started');
    const result = await this.#execute(method, plan, engineUnit, trigger);
    const ended = result.exit_code === 0 && !result.timed_out;
    const verification = ended ? await this.#verify(method, plan, engineUnit, trigger) : [];
    await this.#record(methodFinished(id, method.name, result, verification));
    const done = ended && verification.every(({ ok }) => ok);
    const { exit_code, signal, timed_out, error } = result;
    const told = { method: method.name, exit_code, signal, timed_out, error, verification };
    if (done) this.#log.info(told, 'method did it');
    else this.#log.error(told, 'method failed');
    return done;
  }

  async #execute(
    method: PreparedMethod,
    plan: PreparedPlan,
    engineUnit: string,
    trigger: TriggerSource,
  ): Promise<CommandResult> {
    const { root } = this.#context.config.files;
    const problem = (await isFolder(root))
      ? programProblem(method.argv[0] ?? '')
      : `files.root ${root} is no folder`;
    if (problem !== undefined) return neverStarted(problem);
    const order = this.#order(trigger);
    return runCommand({
      argv: method.argv,
      cwd: root,
      environment: scriptEnvironment(this.#context.config, engineUnit, plan.environment, order),
      stdin: scriptInput(order),
      timeoutSeconds: method.timeoutSeconds,
    });
  }

  #verify(
    method: PreparedMethod,
    plan: PreparedPlan,
    engineUnit: string,
    trigger: TriggerSource,
  ): Promise<CheckResult[]> {
    const { config, readRedisKey } = this.#context;
    const context = {
      systemctl: config.systemd.systemctl,
      cwd: config.files.root,
      environment: scriptEnvironment(config, engineUnit, plan.environment, this.#order(trigger)),
      readRedisKey,
    };
    return verifyState(method.verify, context, method.verifyTimeoutSeconds);
  }

  #order(trigger: TriggerSource): ScriptOrder {
    const { id, plan, deployment, trigger: cause } = this.#rollback;
    return {
      rollback: id,
      plan,
      deployment,
      model: this.#context.ledger.state.deployments.get(deployment)?.model ?? '',
      trigger,
      alertname: cause.alertname ?? '',
      reason: cause.reason,
      alert: cause.alert,
    };
  }

  async #finish(result: 'succeeded' | 'failed', note: string): Promise<void> {
    const { id } = this.#rollback;
    await this.#record(
      // Also a plan that failed may have restarted the engine; no rule may take that for a crash.
      { type: 'restart', role: 'engine', at: unixNow() },
      { type: 'rollback_finished', rollback: id, result, note },
    );
    this.#log[result === 'failed' ? 'error' : 'info']({ result, note }, 'rollback finished');
  }

  async #record(...facts: Fact[]): Promise<void> {
    this.#unwritten.push(...facts);
    try {
      await this.#context.ledger.append(...this.#unwritten);
      this.#unwritten = [];
    } catch (error) {
      this.#log.error({ err: error }, 'the ledger cannot be written; the rollback goes on');
    }
  }

  async #writeRest(): Promise<void> {
    while (this.#unwritten.length > 0) {
      await delay(writeAgainAfter * 1000);
      await this.#record();
    }
  }
}

function methodFinished(
  rollback: string,
  name: string,
  result: CommandResult,
  verification: CheckResult[],
): Fact {
  return { type: 'method_finished', rollback, name, ...result, verification };
}

function neverStarted(error: string): CommandResult {
  return { exit_code: null, signal: null, timed_out: false, error, output: '', output_truncated: false };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
