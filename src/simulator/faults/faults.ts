import { nearMiss } from '../../config/load.js';
import { UserError } from '../../platform/errors.js';
import { calibrationFaultFacts } from './calibration-faults.js';
import { canaryFaultFacts } from './canary-faults.js';
import type { Fault } from './fault.js';
import { productionFaultFacts } from './production-faults.js';
import { serviceFaultFacts } from './service-faults.js';
import {
  calibrate,
  calibrationFaults,
  canaryFaults,
  faultNames,
  goLiveFaults,
  healed,
  operationsFaults,
  productionFaults,
  type FaultName,
} from './fault-names.js';

/** Every fault, and what to expect of it. */
export const faults: Readonly<Record<FaultName, Fault>> = {
  ...canaryFaultFacts,
  ...calibrationFaultFacts,
  ...productionFaultFacts,
  ...serviceFaultFacts,
};

/**
 * @returns the fault of that name, undefined for `none`; `ensemble-dysfunction` means its low side
 * @throws UserError naming the near miss and every fault
 */
export function parseFault(text: string): FaultName | undefined {
  const word = text.trim().toLowerCase();
  if (word === healed) return undefined;
  if (word === 'ensemble-dysfunction') return 'ensemble-dysfunction-low';
  const found = faultNames.find((name) => name === word);
  if (found !== undefined) return found;
  throw new UserError(
    [
      `"${text}" is no fault.${nearMiss(text, [...faultNames, healed, calibrate])}`,
      `Of a canary: ${canaryFaults.join(', ')}.`,
      `Of a calibration: ${calibrationFaults.join(', ')}.`,
      `Of production: ${productionFaults.join(', ')}.`,
      `Of a go-live: ${goLiveFaults.join(', ')}.`,
      `Of the operation: ${operationsFaults.join(', ')}.`,
      `${healed} heals; ${calibrate} loads a new calibration.`,
    ].join('\n'),
  );
}
