import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Config, Verification } from '../config/schema.js';
import { noUnit } from '../deployments/engine-unit.js';
import { fillIn, locateProgram, planVariables } from '../deployments/plan-program.js';
import { UserError } from '../platform/errors.js';

/** One way to roll back, with every variable filled in. Durations in seconds. */
export interface PreparedMethod {
  readonly name: string;
  /** the first word is an absolute path where it names a file below files.root, else a program of the PATH */
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
  readonly verify: readonly Verification[];
  readonly verifyTimeoutSeconds: number;
}

/** An allowed rollback: its methods in the order in which they are tried. */
export interface PreparedPlan {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly methods: readonly PreparedMethod[];
}

/**
 * Fills in a plan. What verifies a unit by a variable is left out where that says that there is none.
 * @throws UserError naming the plan and what is not known
 */
export function preparePlan(config: Config, name: string, engineUnit: string): PreparedPlan {
  const plan = config.rollbacks[name];
  if (plan === undefined) {
    const known = Object.keys(config.rollbacks).join(', ');
    throw new UserError(`There is no rollback plan "${name}". Configured under rollbacks: ${known}.`);
  }
  const variables = planVariables(config, engineUnit);
  return {
    name,
    environment: plan.environment,
    methods: plan.methods.map((method) => {
      const fill = (text: string): string =>
        fillIn(text, variables, (unknown) => {
          const known = Object.keys(variables).join(', ');
          throw new UserError(
            `rollbacks.${name}.methods.${method.name}: \${${unknown}} is not known. Known: ${known}.`,
          );
        });
      const [program = '', ...rest] = method.command.map(fill);
      return {
        name: method.name,
        argv: [locateProgram(program, config.files.root), ...rest],
        timeoutSeconds: method.timeout,
        verify: method.verify
          .map((check) => fillVerification(check, fill))
          .filter((check) => !('unit_active' in check && check.unit_active === noUnit)),
        verifyTimeoutSeconds: method.verify_timeout,
      };
    }),
  };
}

/** The units that a plan's methods verify, each once. */
export function verifiedUnits({ methods }: PreparedPlan): string[] {
  const checks = methods.flatMap(({ verify }) => verify);
  return [...new Set(checks.flatMap((check) => ('unit_active' in check ? [check.unit_active] : [])))];
}

/** Longest time that a plan may take, seconds: every method failing at the end of its time. */
export function planTimeLimit(plan: Config['rollbacks'][string]): number {
  return plan.methods.reduce((sum, { timeout, verify_timeout }) => sum + timeout + verify_timeout, 0);
}

/** Why a method's program cannot be run; undefined where it can. */
export function programProblem(program: string, searchPath = process.env.PATH ?? ''): string | undefined {
  if (!program.includes('/')) {
    const found = searchPath
      .split(delimiter)
      .some((folder) => folder !== '' && isExecutable(join(folder, program)));
    return found ? undefined : `${program} is neither below files.root nor a program of the PATH`;
  }
  const kind = statSync(program, { throwIfNoEntry: false });
  if (kind === undefined) return `${program} does not exist`;
  if (!kind.isFile()) return `${program} is no file`;
  return isExecutable(program) ? undefined : `${program} is not executable (chmod +x it)`;
}

function fillVerification(check: Verification, fill: (text: string) => string): Verification {
  if ('unit_active' in check) return { unit_active: fill(check.unit_active) };
  if ('file_absent' in check) return { file_absent: fill(check.file_absent) };
  if ('file_present' in check) return { file_present: fill(check.file_present) };
  if ('same_content' in check) {
    const [first, second] = check.same_content;
    return { same_content: [fill(first), fill(second)] };
  }
  if ('command' in check) return { command: check.command.map(fill) };
  return check;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
