import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { isoTime, unixNow } from '../../platform/clock.js';
import { writeFileAtomically } from '../../platform/files.js';

/** Files by which real trading is switched on and off. */
export interface GoLiveFiles {
  readonly marker: string;
  readonly config: string;
  /** says whether the emergency stop is active */
  readonly ess: string;
}

export function goLiveFilesOf(files: Config['files']): GoLiveFiles {
  // Where the program scripts/activate_ess.py writes it.
  return {
    marker: files.go_live_marker,
    config: files.go_live_config,
    ess: join(files.root, 'state', 'ess.json'),
  };
}

/** An emergency stop that is active. */
const essSchema = z.object({
  active: z.literal(true),
  /** who activated it */
  source: z.string(),
  reason: z.string(),
  /** Unix seconds: another for each activation */
  activated_at: z.number(),
});
export type ActiveEss = z.infer<typeof essSchema>;

/** The trading system itself. */
const automaticSource = 'automatic';

const configSchema = z.object({ activation_enabled: z.boolean() });
const enabledLine = /^activation_enabled:[ \t]*\S+/m;

const configText = `# Who may trade for real, and how far. The backend reads this file when it starts.
activation_enabled: true # false: it trades on paper, whatever else says

environment: production
# Profiles that may be activated, the most careful one first.
allowed_profiles:
  - MICRO # daily loss 0.5%, risk 0.2% a trade, 2 positions, no leverage
  - LOW
default_profile: MICRO

preflight:
  required: true
  max_age_minutes: 60

# Written by whoever takes the system back to paper.
last_rollback_timestamp: null
last_rollback_reason: null
`;

/** Writes the marker and the configuration of a system that is live. What is there already is left as it is. */
export async function layOutGoLive({ marker, config }: GoLiveFiles): Promise<void> {
  await mkdir(dirname(config), { recursive: true });
  if (!existsSync(config)) await writeFileAtomically(config, configText);
  if (!existsSync(marker)) await writeMarker(marker);
}

/** Switches real trading on again: marker, configuration and emergency stop. */
export async function restoreGoLive(files: GoLiveFiles): Promise<void> {
  await layOutGoLive(files);
  await rm(files.ess, { force: true });
  const text = await readFile(files.config, 'utf8');
  if (isActivationEnabled(files.config)) return;
  const line = 'activation_enabled: true';
  await writeFileAtomically(
    files.config,
    enabledLine.test(text) ? text.replace(enabledLine, line) : `${line}\n${text}`,
  );
}

/** Whether the configuration permits real trading; one that cannot be read does not. */
export function isActivationEnabled(path: string): boolean {
  try {
    return configSchema.parse(parse(readFileSync(path, 'utf8'))).activation_enabled;
  } catch {
    return false;
  }
}

/** Activates the emergency stop, as the trading system itself does. */
export async function activateEss(path: string, reason: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const ess: ActiveEss = { active: true, source: automaticSource, reason, activated_at: unixNow() };
  await writeFileAtomically(path, `${JSON.stringify(ess)}\n`);
}

/** Ends an emergency stop that no person has activated. */
export async function releaseAutomaticEss(path: string): Promise<void> {
  if (readEss(path)?.source === automaticSource) await rm(path, { force: true });
}

/** The emergency stop that is active; undefined: none is. A file that cannot be read stands for one. */
export function readEss(path: string): ActiveEss | undefined {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return undefined;
  try {
    return essSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {
      active: true,
      source: 'unknown',
      reason: `${path} cannot be read`,
      activated_at: modified / 1000,
    };
  }
}

async function writeMarker(path: string): Promise<void> {
  const now = isoTime(unixNow());
  await writeFileAtomically(
    path,
    `activated: ${now}\ntimestamp: ${now}\noperator: simulator\nenvironment: production\n`,
  );
}
