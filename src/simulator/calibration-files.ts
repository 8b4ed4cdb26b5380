import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { writeFileAtomically } from '../platform/files.js';

/** The part of a calibration's configuration that tells it from the one before any. */
const calibrationSchema = z.object({ calibrated: z.literal(true), version: z.string() });

const baseline = { calibrated: false, version: 'baseline', method: 'identity', temperature: 1 };

/**
 * The version of the calibration that a configuration holds.
 * @returns null for the configuration from before any, and for one that cannot be read
 */
export function calibrationVersion(path: string): string | null {
  try {
    return calibrationSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).version;
  } catch {
    return null;
  }
}

/** Writes the configuration from before any calibration, and its backup. What is there already is left as it is. */
export async function layOutCalibration({
  calibration_config: config,
  calibration_backup: backup,
}: Config['files']): Promise<void> {
  for (const path of [config, backup]) {
    if (existsSync(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomically(path, toText(baseline));
  }
}

/** Puts a calibration into the configuration, as whoever calibrates does. The backup stays. */
export async function writeCalibration(path: string, version: string): Promise<void> {
  const calibration = { calibrated: true, version, method: 'temperature', temperature: 1.18 };
  await writeFileAtomically(path, toText(calibration));
}

function toText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
