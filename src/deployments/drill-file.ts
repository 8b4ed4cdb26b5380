import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../platform/files.js';

/** The violation that a drill makes up: the receiver writes it, the exporter exports it. */
const drillFileSchema = z.object({
  id: z.string(),
  /** Unix seconds */
  written_at: z.number(),
});
export type DrillFile = z.infer<typeof drillFileSchema>;

/** @param directory `state.directory` of the configuration */
export function drillFilePath(directory: string): string {
  return join(directory, 'drill.json');
}

/** What the script of the plan `drill` writes and its verification looks for. @param directory as above */
export function drillMarkerPath(directory: string): string {
  return join(directory, 'drill.marker');
}

/** @returns undefined where the text is not what the receiver writes */
export function parseDrillFile(text: string): DrillFile | undefined {
  try {
    return drillFileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** @throws the Node system error when it cannot be written */
export async function writeDrillFile(directory: string, drill: DrillFile): Promise<void> {
  await writeFileAtomically(drillFilePath(directory), `${JSON.stringify(drill)}\n`);
}

/** Takes back what a drill has left behind. @throws the Node system error of what cannot be removed */
export async function removeDrillFiles(directory: string): Promise<void> {
  await Promise.all(
    [drillFilePath(directory), drillMarkerPath(directory)].map((path) => rm(path, { force: true })),
  );
}
