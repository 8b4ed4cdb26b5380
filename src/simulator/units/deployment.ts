import { z } from 'zod';
import type { UnitProgram } from './unit.js';

/** The program that stands for the production deployment, and stops it when it is told to by its operator. */
export const deploymentProgram: UnitProgram<object> = {
  name: 'production deployment',
  file: 'demo/deploy_production',
  args: ['--serve'],
  state: z.object({}),
};
