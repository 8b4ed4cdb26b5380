import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root.js';
import type { UnitProgram, UnitRun } from './unit.js';

const engineState = z.object({
  /** the model to which it gives a canary's weight; null: it runs with the baseline weights */
  canaryModel: z.string().nullable(),
  /** version of the calibration that it has loaded; null: it runs with the configuration from before any */
  calibration: z.string().nullable(),
});
/** What the engine says of itself when it starts. */
export type EngineState = z.infer<typeof engineState>;

/** One run of the engine. */
export type EngineRun = UnitRun<EngineState>;

/** What the engine reads when it starts. */
export interface EngineFiles {
  /** the installed override */
  readonly override: string;
  readonly calibrationConfig: string;
}

/** The program that stands for the trading engine. */
export function engineProgram({ override, calibrationConfig }: EngineFiles): UnitProgram<EngineState> {
  return {
    name: 'engine',
    path: join(packageRoot, 'dist', 'simulator', 'units', 'engine-process.js'),
    args: [override, calibrationConfig],
    state: engineState,
  };
}
