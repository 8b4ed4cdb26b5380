import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root.js';
import type { UnitProgram } from '../units/unit.js';
import type { PlainSettings } from './plain-settings.js';
import type { BackendSettings } from './settings.js';

const folder = join(packageRoot, 'dist', 'simulator', 'services');

const backendState = z.object({
  /** whether the configuration that it has read permits real trading */
  activationEnabled: z.boolean(),
});
/** What the backend says of itself when it starts. */
export type BackendState = z.infer<typeof backendState>;

/** The program that stands for the backend. */
export function backendProgram(settings: BackendSettings): UnitProgram<BackendState> {
  return {
    name: 'backend',
    path: join(folder, 'backend-process.js'),
    args: [JSON.stringify(settings)],
    state: backendState,
  };
}

/** The program that stands for the model service or the frontend. */
export function plainProgram(settings: PlainSettings): UnitProgram<object> {
  return {
    name: settings.kind.replace('_', ' '),
    path: join(folder, 'plain-process.js'),
    args: [JSON.stringify(settings)],
    state: z.object({}),
  };
}
