import { faultNames, healed } from '../simulator/fault-names.js';
import type { RegisterCommand } from './context.js';

/** `redline inject`: breaks something in the simulated trading system. */
export const registerInject: RegisterCommand = (program, context) => {
  program
    .command('inject')
    .description('break something in the simulated trading system, or heal it')
    .argument('<fault>', `one of: ${faultNames.join(', ')}; ${healed} heals`)
    .action(async (fault: string) => {
      const [{ loadConfig }, { findSimulator }, { SimulatorClient }, { parseFault }] = await Promise.all([
        import('../config/load.js'),
        import('../simulator/address.js'),
        import('../simulator/control-client.js'),
        import('../simulator/faults.js'),
      ]);
      const name = parseFault(fault) ?? healed;
      const { config } = loadConfig(context.operatorConfigPath());
      const simulator = new SimulatorClient(await findSimulator(config.state.directory, process.env));
      for (const line of await simulator.inject(name)) process.stdout.write(`${line}\n`);
    });
};
