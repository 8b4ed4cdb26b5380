import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.js';
import { resolveEngineUnit, withLoadedHarvestUnit } from '../deployments/engine-unit.js';
import type { CheckResult, CommandResult, TriggerSource } from '../deployments/rollback.js';
import { drillPlan } from '../names.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { runCommand } from '../platform/run-command.js';
import { endOfDeployment } from './begin.js';
import { withDrillPlan } from './drill-plan.js';
import { endLeftovers, waitForScripts } from './leftovers.js';
import type { Ledger } from './ledger.js';
import { preparePlan, programProblem, type PreparedMethod, type PreparedPlan } from './plans.js';
import type { Fact } from './records.js';
import { scriptEnvironment, scriptInput, type ScriptOrder } from './script-environment.js';
import { resultOf, type RollbackState } from './state.js';
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
  #config: Config;
  /**
   * Facts that the disk did not take yet. Nothing starts unless its beginning is in the ledger; from then on a full disk
   * stops no method: facts wait here, in order, are tried again with the next one and at the end until they are written,
   * and until then the rollback counts as running. A receiver that dies before loses them, and runs the methods again.
   */
  #unwritten: Fact[] = [];

  /** @param id of a rollback in the ledger without a result */
  constructor(context: RunContext, id: string) {
    const rollback = context.ledger.state.rollbacks.get(id);
    if (rollback === undefined) throw new Error(`the ledger knows no rollback ${id}`);
    this.#context = context;
    this.#config = context.config;
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
   * Takes up a rollback that was interrupted. It is done where a method is known to have ended with exit 0 and its
   * checks hold. Else all methods run again, as the checks alone may hold before a script has done all of its work
   * (the files are right, and the engine still runs on the old ones).
   */
  async recover(): Promise<void> {
    await this.#guard(async (plan, engineUnit) => {
      const { deployments } = this.#context.ledger.state;
      const end = endOfDeployment(deployments.get(this.#rollback.deployment), unixNow());
      if (end.length > 0) await this.#record(...end);
      if (await this.#isDone(plan, engineUnit)) return;
      await this.#outlastScripts(plan);
      const note = 'interrupted and run again';
      await this.#record({ type: 'rollback_resumed', rollback: this.#rollback.id, note });
      this.#log.warn('the rollback was interrupted and is not known to be done: running it again');
      await this.#runMethods(plan, engineUnit, 'recovery', note);
    });
  }

  async #guard(work: (plan: PreparedPlan, engineUnit: string) => Promise<void>): Promise<void> {
    try {
      const [engineUnit, config] = await Promise.all([
        resolveEngineUnit(this.#context.config),
        withLoadedHarvestUnit(this.#context.config),
      ]);
      this.#config = config;
      const { plan } = this.#rollback;
      const known = plan === drillPlan ? withDrillPlan(config) : config;
      await work(preparePlan(known, plan, engineUnit), engineUnit);
    } catch (error) {
      this.#log.error({ err: error }, 'the rollback could not be carried out');
      await this.#finish('failed', errorMessage(error));
    }
    await this.#writeRest();
  }

  /** Whether the last method is known to have ended with exit 0, and what it was to reach verifies now. */
  async #isDone(plan: PreparedPlan, engineUnit: string): Promise<boolean> {
    const last = this.#rollback.methods.at(-1);
    const method = plan.methods.find(({ name }) => name === last?.name);
    if (last === undefined || method === undefined || !hasSucceeded(last)) return false;
    const verification = await this.#verify(method, plan, engineUnit, 'recovery');
    if (!verification.every(({ ok }) => ok)) return false;
    if (last.ended_at === null)
      await this.#record(methodFinished(this.#rollback.id, method.name, resultOf(last), verification));
    await this.#finish('succeeded', 'recovered: it was interrupted, and its state verified');
    return true;
  }

  /** Lets a script that outlived the receiver come to its end within its time, then ends what is left of it. */
  async #outlastScripts(plan: PreparedPlan): Promise<void> {
    const last = this.#rollback.methods.at(-1);
    const method = plan.methods.find(({ name }) => name === last?.name);
    if (last !== undefined && method !== undefined)
      await waitForScripts(
        this.#rollback.id,
        Math.max(0, last.started_at + method.timeoutSeconds - unixNow()),
      );
    await endLeftovers(this.#rollback.id);
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
    const ended = hasSucceeded(result);
    if (ended) await this.#record({ type: 'method_exited', rollback: id, name: method.name, ...result });
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
    const { root } = this.#config.files;
    const problem = (await isFolder(root))
      ? programProblem(method.argv[0] ?? '')
      : `files.root ${root} is no folder`;
    if (problem !== undefined) return neverStarted(problem);
    const order = this.#order(trigger);
    return runCommand({
      argv: method.argv,
      cwd: root,
      environment: scriptEnvironment(this.#config, engineUnit, plan.environment, order),
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
    const config = this.#config;
    const context = {
      systemctl: config.systemd.systemctl,
      cwd: config.files.root,
      environment: scriptEnvironment(config, engineUnit, plan.environment, this.#order(trigger)),
      readRedisKey: this.#context.readRedisKey,
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
    const { id, plan } = this.#rollback;
    const finished = { type: 'rollback_finished', rollback: id, result, note } as const;
    // A drill touches no unit, and what it would hide is a crash.
    if (plan === drillPlan) await this.#record(finished);
    else
      await this.#record(
        // Also a plan that failed may have restarted the engine; no rule may take that for a crash.
        { type: 'restart', role: 'engine', at: unixNow() },
        { ...finished, incident: 'due' },
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

function hasSucceeded({ exit_code, timed_out }: CommandResult): boolean {
  return exit_code === 0 && !timed_out;
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
