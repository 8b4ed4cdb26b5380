import type { Config } from '../config/schema.js';
import { preparePlan, programProblem } from '../rollback/plans.js';

/**
 * Fills in every plan, as a rollback would.
 * @returns what would keep a method from running or a rollback from being verified, one line each
 * @throws UserError for a variable that is not known
 */
export function checkPlans(config: Config): string[] {
  return Object.keys(config.rollbacks).flatMap((name) => {
    const plan = preparePlan(config, name, config.systemd.engine_units[0] ?? '');
    return plan.methods.flatMap((method) => {
      const where = `rollbacks.${name}.methods.${method.name}`;
      const problem = programProblem(method.argv[0] ?? '');
      return [
        ...(problem === undefined ? [] : [`${where}: ${problem}`]),
        ...(method.verify.length > 0 ? [] : [`${where}: nothing verifies it; only its exit code counts`]),
      ];
    });
  });
}
