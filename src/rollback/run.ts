import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../config/schema.js';
import {
  resolveEngineUnit,
  withLoadedBackendUnit,
  withLoadedHarvestUnit,
} from '../deployments/engine-unit.js';
import type { CheckResult, CommandResult, TriggerSource } from '../deployments/rollback.js';
import { drillPlan } from '../names.js';
import { unixNow } from '../platform/clock.js';
import { errorMessage } from '../platform/errors.js';
import type { Logger } from '../platform/log.js';
import { notStarted } from '../platform/run-command.js';
import { NotInCharge, type Authority } from './authority.js';
import { endOfDeployment } from './begin.js';
import { FactKeeper } from './fact-keeper.js';
import { withDrillPlan } from './drill-plan.js';
import { endLeftovers, waitForScripts } from './leftovers.js';
import type { Ledger } from './ledger.js';
import { hasSucceeded, methodFinished } from './method-result.js';
import { preparePlan, programProblem, type PreparedMethod, type PreparedPlan } from './plans.js';
import { scriptEnvironment, scriptInput, type ScriptOrder } from './script-environment.js';
import { resultOf, type RollbackState } from './rollback-state.js';
import { forgetOutcome, runSupervised, supervisorPatience, takeUpOutcome } from './supervised-command.js';
import { verifyState } from './verify.js';

export interface RunContext {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly authority: Authority;
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
  readonly #facts: FactKeeper;
  /** files that say how a method ended, until that is on record */
  readonly #outcomeFiles: string[] = [];

  /** @param id of a rollback in the ledger without a result */
  constructor(context: RunContext, id: string) {
    const rollback = context.ledger.state.rollbacks.get(id);
    if (rollback === undefined) throw new Error(`the ledger knows no rollback ${id}`);
    this.#context = context;
    this.#config = context.config;
    this.#rollback = rollback;
    if (rollback.outcome_file !== null) this.#outcomeFiles.push(rollback.outcome_file);
    this.#log = context.logger.child({ rollback: id, plan: rollback.plan, deployment: rollback.deployment });
    this.#facts = new FactKeeper(context.ledger, this.#log);
  }

  /** Runs the plan's methods until one has done it. Never throws: what went wrong is in the record. */
  async run(): Promise<void> {
    await this.#guard(async (plan, engineUnit) => {
      await this.#runMethods(plan, engineUnit, this.#rollback.trigger.source, '');
    });
  }

  /**
   * Takes up a rollback that was interrupted. A method that still runs, or ended meanwhile, goes on as if nothing had
   * happened: its supervisor knows how it ended. The rollback is done where a method is known to have ended with exit 0 and
   * its checks hold. Where nobody knows how a method ended all of them run again, as the checks alone may hold before a script
   * has done all of its work (the files are right, and the engine still runs on the old ones).
   */
  async recover(): Promise<void> {
    await this.#guard(async (plan, engineUnit) => {
      const { deployments } = this.#context.ledger.state;
      const end = endOfDeployment(deployments.get(this.#rollback.deployment), unixNow());
      if (end.length > 0) await this.#facts.record(...end);
      if (await this.#isDone(plan, engineUnit)) return;
      if (await this.#takeUpMethod(plan, engineUnit)) return;
      await this.#outlastScripts(plan);
      const note = 'interrupted and run again';
      await this.#facts.record({ type: 'rollback_resumed', rollback: this.#rollback.id, note });
      this.#log.warn('the rollback was interrupted and is not known to be done: running it again');
      await this.#runMethods(plan, engineUnit, 'recovery', note);
    });
  }

  async #guard(work: (plan: PreparedPlan, engineUnit: string) => Promise<void>): Promise<void> {
    try {
      const [engineUnit, harvest, backend] = await Promise.all([
        resolveEngineUnit(this.#context.config),
        withLoadedHarvestUnit(this.#context.config),
        withLoadedBackendUnit(this.#context.config),
      ]);
      const { backend_units } = backend.systemd;
      const config = { ...harvest, systemd: { ...harvest.systemd, backend_units } };
      this.#config = config;
      const { plan } = this.#rollback;
      const known = plan === drillPlan ? withDrillPlan(config) : config;
      await work(preparePlan(known, plan, engineUnit), engineUnit);
    } catch (error) {
      if (error instanceof NotInCharge) {
        this.#log.warn('another receiver has taken this rollback over: leaving it to that one');
        return;
      }
      this.#log.error({ err: error }, 'the rollback could not be carried out');
      await this.#finish('failed', errorMessage(error));
    }
    await this.#facts.writeRest();
    await Promise.all(this.#outcomeFiles.map((file) => forgetOutcome(file)));
  }

  /** Whether the last method is known to have ended with exit 0, and what it was to reach verifies now. */
  async #isDone(plan: PreparedPlan, engineUnit: string): Promise<boolean> {
    const last = this.#rollback.methods.at(-1);
    const method = plan.methods.find(({ name }) => name === last?.name);
    if (last === undefined || method === undefined || !hasSucceeded(last)) return false;
    const verification = await this.#verify(method, plan, engineUnit, 'recovery');
    if (!verification.every(({ ok }) => ok)) return false;
    if (last.ended_at === null)
      await this.#facts.record(methodFinished(this.#rollback.id, method.name, resultOf(last), verification));
    await this.#finish('succeeded', 'recovered: it was interrupted, and its state verified');
    return true;
  }

  /**
   * Goes on with the method that ran when the receiver was killed, and with those after it where it did not do it.
   * @returns false where no method ran, or nobody knows how it ended
   */
  async #takeUpMethod(plan: PreparedPlan, engineUnit: string): Promise<boolean> {
    const last = this.#rollback.methods.at(-1);
    const index = plan.methods.findIndex(({ name }) => name === last?.name);
    const method = plan.methods[index];
    if (last === undefined || method === undefined || last.ended_at !== null || hasSucceeded(last))
      return false;
    const left = last.started_at + method.timeoutSeconds + supervisorPatience - unixNow();
    const outcomeFile = this.#rollback.outcome_file;
    if (outcomeFile === null) return false;
    const result = await takeUpOutcome(outcomeFile, Math.max(0, left));
    if (result === undefined) return false;
    this.#log.warn(
      { method: method.name },
      'the rollback was interrupted; its script was not: going on with its end',
    );
    const note = 'interrupted while its script ran; the end of that was taken up';
    if (await this.#conclude(method, result, plan, engineUnit, 'recovery'))
      await this.#finish('succeeded', note);
    else await this.#runMethods(plan, engineUnit, 'recovery', note, plan.methods.slice(index + 1));
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
    methods: readonly PreparedMethod[] = plan.methods,
  ): Promise<void> {
    for (const method of methods) {
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
    const outcomeFile = this.#outcomeFile(this.#rollback.methods.length + 1);
    this.#outcomeFiles.push(outcomeFile);
    await this.#facts.record({
      type: 'method_started',
      rollback: id,
      name: method.name,
      argv: [...method.argv],
      outcome_file: outcomeFile,
    });
    this.#log.info({ method: method.name, argv: method.argv }, 'method started');
    // As late as can be: this process may have been stopped for longer than its lease.
    if (this.#context.authority.isSuperseded())
      throw new NotInCharge('the lease is held by another receiver');
    const result = await this.#execute(method, plan, engineUnit, trigger, outcomeFile);
    return this.#conclude(method, result, plan, engineUnit, trigger);
  }

  /** Verifies what a method that ended was to reach, and records both. @returns whether it did it */
  async #conclude(
    method: PreparedMethod,
    result: CommandResult,
    plan: PreparedPlan,
    engineUnit: string,
    trigger: TriggerSource,
  ): Promise<boolean> {
    const { id } = this.#rollback;
    const ended = hasSucceeded(result);
    if (ended)
      await this.#facts.record({ type: 'method_exited', rollback: id, name: method.name, ...result });
    const verification = ended ? await this.#verify(method, plan, engineUnit, trigger) : [];
    await this.#facts.record(methodFinished(id, method.name, result, verification));
    const done = ended && verification.every(({ ok }) => ok);
    const { exit_code, signal, timed_out, error } = result;
    const told = { method: method.name, exit_code, signal, timed_out, error, verification };
    if (done) this.#log.info(told, 'method did it');
    else this.#log.error(told, 'method failed');
    return done;
  }

  /** @param number of the method's run in this rollback, from 1 */
  #outcomeFile(number: number): string {
    return join(this.#config.state.directory, 'runs', `${this.#rollback.id}.${number}.json`);
  }

  async #execute(
    method: PreparedMethod,
    plan: PreparedPlan,
    engineUnit: string,
    trigger: TriggerSource,
    outcomeFile: string,
  ): Promise<CommandResult> {
    const { root } = this.#config.files;
    const problem = (await isFolder(root))
      ? programProblem(method.argv[0] ?? '')
      : `files.root ${root} is no folder`;
    if (problem !== undefined) return notStarted(problem);
    const order = this.#order(trigger);
    return runSupervised({
      argv: method.argv,
      cwd: root,
      environment: {
        ...scriptEnvironment(this.#config, engineUnit, plan.environment, order),
        ROLLBACK_RUN: basename(outcomeFile, '.json'),
      },
      stdin: scriptInput(order),
      timeoutSeconds: method.timeoutSeconds,
      mark: 'ROLLBACK_RUN',
      outcomeFile,
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
      operator: cause.operator,
      alert: cause.alert,
    };
  }

  async #finish(result: 'succeeded' | 'failed', note: string): Promise<void> {
    const { id, plan } = this.#rollback;
    const finished = { type: 'rollback_finished', rollback: id, result, note } as const;
    // A drill touches no unit, and what it would hide is a crash.
    if (plan === drillPlan) await this.#facts.record(finished);
    else
      await this.#facts.record(
        // Also a plan that failed may have restarted the engine; no rule may take that for a crash.
        { type: 'restart', role: 'engine', at: unixNow() },
        { ...finished, incident: 'due' },
      );
    this.#log[result === 'failed' ? 'error' : 'info']({ result, note }, 'rollback finished');
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
