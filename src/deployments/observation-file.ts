import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import { parseJson } from '../platform/json.js';

/**
 * What the exporter needs to know of the receiver's state to cut its windows. A file, so that the exporter depends on
 * no other program being up. Times are Unix seconds.
 */
const observationSchema = z.object({
  version: z.literal(1),
  /** events of the gate count from here; null: none registered */
  gate_cutover: z.number().nullable(),
  /** the canary under observation */
  canary: z
    .object({
      deployment: z.string(),
      model: z.string(),
      cutover: z.number(),
      activated_at: z.number().nullable(),
    })
    .nullable(),
  /** the calibration under observation, or rolled back and watched since: decisions dated after `since` are judged apart */
  calibration: z.object({ deployment: z.string(), since: z.number() }).nullable().default(null),
});
export type Observation = z.infer<typeof observationSchema>;

export const nothingObserved: Observation = {
  version: 1,
  gate_cutover: null,
  canary: null,
  calibration: null,
};

/** @param directory `state.directory` of the configuration */
export function observationPath(directory: string): string {
  return join(directory, 'observation.json');
}

/**
 * @returns what is observed; nothing where the file does not exist yet
 * @throws Error naming the file when it cannot be read or is not what the receiver writes
 */
export async function readObservation(path: string): Promise<Observation> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return nothingObserved;
    throw error;
  }
  const result = observationSchema.safeParse(parseJson(text));
  if (!result.success)
    throw new Error(`${path} is not what the receiver writes: ${z.prettifyError(result.error)}`);
  return result.data;
}

export async function writeObservation(path: string, observation: Observation): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(observation)}\n`);
}
