import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root.js';
import type { UnitProgram } from './unit.js';

/** The program that stands for the harvest consumer; it has no configuration to speak of. */
export const harvestProgram: UnitProgram<object> = {
  name: 'harvest consumer',
  path: join(packageRoot, 'dist', 'simulator', 'units', 'harvest-process.js'),
  args: [],
  state: z.object({}),
};
