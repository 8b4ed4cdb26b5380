import type { Config, Verification } from '../config/schema.js';
import { resolveEngineUnit } from '../deployments/engine-unit.js';
import { UserError } from '../platform/errors.js';
import type { Procedures } from '../reports/observation/procedures.js';
import { preparePlan } from '../rollback/plans.js';

/**
 * How the configuration says that a plan rolls back, with its variables filled in.
 * @param command how a command begins that a person types
 * @returns with a problem where the plan is not configured, or names what is not known
 */
export async function configuredProcedures(
  config: Config,
  plan: string,
  command: string,
): Promise<Procedures> {
  const named = { plan, command: `${command} rollback ${plan} --reason "..."` };
  try {
    const { methods } = preparePlan(config, plan, await resolveEngineUnit(config));
    return {
      ...named,
      problem: '',
      methods: methods.map(({ name, argv, timeoutSeconds, verify, verifyTimeoutSeconds }) => ({
        name,
        argv,
        timeoutSeconds,
        verifyTimeoutSeconds,
        verification: verify.map(describe),
      })),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...named, methods: [], problem: error.message };
  }
}

function describe(check: Verification): string {
  if ('unit_active' in check) return `unit ${check.unit_active} is active`;
  if ('file_absent' in check) return `${check.file_absent} is absent`;
  if ('file_present' in check) return `${check.file_present} is present`;
  if ('same_content' in check) return `${check.same_content.join(' and ')} are the same`;
  if ('http_ok' in check) return `${check.http_ok} answers OK`;
  if ('redis_key' in check)
    return `Redis has ${check.redis_key}${check.value === undefined ? '' : ` = ${check.value}`}`;
  return `${check.command.join(' ')} exits with 0`;
}
