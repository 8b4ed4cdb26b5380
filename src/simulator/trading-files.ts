import { existsSync, lstatSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.js';
import { writeFileAtomically } from '../platform/files.js';
import { packageRoot } from '../platform/package-root.js';

const baselineWeights = { xgb: 0.25, lgbm: 0.25, nhits: 0.3, patchtst: 0.2 };

/**
 * Lays out the trading system's folder as the runbook finds it: folders, baseline weights, and the rollback script as a
 * link to Redline's. What is there already is left as it is.
 */
export async function layOutTradingFiles(files: Config['files']): Promise<void> {
  const folders = [files.data, files.reports, dirname(files.canary_log), dirname(files.canary_weights)];
  for (const folder of folders) await mkdir(folder, { recursive: true });
  if (!existsSync(files.baseline_weights))
    await writeFileAtomically(files.baseline_weights, `${JSON.stringify(baselineWeights, null, 2)}\n`);
  const script = join(files.root, 'ops', 'model_safety', 'qsc_rollback.sh');
  if (lstatSync(script, { throwIfNoEntry: false }) !== undefined) return;
  await mkdir(dirname(script), { recursive: true });
  await symlink(join(packageRoot, 'rollback', 'qsc.sh'), script);
}
