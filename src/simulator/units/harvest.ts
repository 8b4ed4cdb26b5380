import { z } from 'zod';
import type { UnitProgram } from './unit.js';

/** The program that stands for the harvest consumer; it has no configuration to speak of. */
export const harvestProgram: UnitProgram<object> = {
  name: 'harvest consumer',
  file: 'dist/simulator/units/harvest-process.js',
  args: [],
  state: z.object({}),
};
