import {
  calibrate,
  calibrationFaults,
  canaryFaults,
  goLiveFaults,
  healed,
  operationsFaults,
  productionFaults,
} from '../simulator/faults/fault-names.js';
import type { RegisterCommand } from './context.js';

const help = `
Faults of a canary:
  ${canaryFaults.join('\n  ')}
Faults of a calibration:
  ${calibrationFaults.join('\n  ')}
Faults of what runs in production:
  ${productionFaults.join('\n  ')}
Faults of a go-live:
  ${goLiveFaults.join('\n  ')}
Faults of the operation:
  ${operationsFaults.join('\n  ')}
Besides:
  ${healed.padEnd(12)}heals
  ${calibrate.padEnd(12)}no fault: puts a new calibration into the configuration and restarts the engine, as its operator would`;

/** `redline inject`: breaks something in the simulated trading system. */
export const registerInject: RegisterCommand = (program, context) => {
  program
    .command('inject')
    .description('break something in the simulated trading system, heal it, or calibrate it')
    .argument('<fault>', `what, see below; ${healed} heals`)
    .addHelpText('after', help)
    .action(async (fault: string) => {
      const [{ loadConfig }, { findSimulator }, { SimulatorClient }, { parseFault }] = await Promise.all([
        import('../config/load.js'),
        import('../simulator/address.js'),
        import('../simulator/control-client.js'),
        import('../simulator/faults/faults.js'),
      ]);
      const isCalibration = fault.trim().toLowerCase() === calibrate;
      const name = isCalibration ? healed : (parseFault(fault) ?? healed);
      const { config } = loadConfig(context.operatorConfigPath());
      const simulator = new SimulatorClient(await findSimulator(config.state.directory, process.env));
      const lines = isCalibration ? await simulator.calibrate() : await simulator.inject(name);
      for (const line of lines) process.stdout.write(`${line}\n`);
    });
};
