import { parseConfig } from '../config/load.js';
import { deploymentProgramName } from '../simulator/units/deployment.js';

/**
 * The usual plans, as a configuration file has them, with what the demonstration has instead of a server.
 * @param redisCli its redis-cli, from the trading system's folder, where scripts run
 */
export function demonstrationPlans(redisCli: string): object {
  const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    calibration: { ROLLBACK_REDIS_CLI: redisCli },
    production: {
      // One word a line.
      ROLLBACK_COMMAND: [process.execPath, deploymentProgramName, '--rollback'].join('\n'),
      // Nobody waits a minute in front of a demonstration for no trade to be opened.
      ROLLBACK_QUIET_SECONDS: '10',
    },
    'go-live': {
      ROLLBACK_ESS_COMMAND: [process.execPath, 'scripts/activate_ess.py', '--reason', '{reason}'].join('\n'),
      ROLLBACK_DEACTIVATE_COMMAND: [
        process.execPath,
        'scripts/go_live_deactivate.py',
        ...['--reason', '{reason}', '--operator', '{operator}'],
      ].join('\n'),
    },
  };
  const { rollbacks } = parseConfig({}, 'the defaults');
  return Object.fromEntries(
    Object.entries(rollbacks).map(([name, { methods, environment }]) => [
      name,
      {
        environment: { ...environment, ...environments[name] },
        methods: methods.map((method) => ({
          ...method,
          timeout: `${method.timeout}s`,
          verify_timeout: `${method.verify_timeout}s`,
        })),
      },
    ]),
  );
}
