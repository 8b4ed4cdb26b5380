import { join } from 'node:path';
import { z } from 'zod';
import type { UnitProgram } from './unit.js';

/** Beside the program of the production deployment, which its operator's commands find it by. */
export const deploymentPidName = 'deploy_production.pid';
/** In the trading system's folder: what runs in production, and the command that stops it. */
export const deploymentProgramName = 'deploy_production.py';

/**
 * The program that stands for the production deployment.
 * @param root the trading system's folder
 */
export function deploymentProgram(root: string): UnitProgram<object> {
  return {
    name: 'production deployment',
    path: join(root, deploymentProgramName),
    args: ['--serve'],
    state: z.object({}),
  };
}
