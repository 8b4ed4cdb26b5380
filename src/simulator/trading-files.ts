import { existsSync, lstatSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.js';
import { writeFileAtomically } from '../platform/files.js';
import { packageRoot } from '../platform/package-root.js';
import { layOutCalibration } from './calibration-files.js';
import { goLiveFilesOf, layOutGoLive } from './services/go-live-files.js';
import { deploymentProgramName } from './units/deployment.js';

const baselineWeights = { xgb: 0.25, lgbm: 0.25, nhits: 0.3, patchtst: 0.2 };

/** Programs of the trading system, and Redline's that they are links to: rollback scripts, and what stands for its own. */
const programs = [
  { path: join('ops', 'model_safety', 'qsc_rollback.sh'), target: join('rollback', 'qsc.sh') },
  { path: 'rollback_calibration.sh', target: join('rollback', 'calibration.sh') },
  { path: 'rollback_production.sh', target: join('rollback', 'production.sh') },
  { path: join('scripts', 'activate_ess.py'), target: join('demo', 'activate_ess') },
  { path: join('scripts', 'go_live_deactivate.py'), target: join('demo', 'go_live_deactivate') },
  { path: deploymentProgramName, target: join('demo', 'deploy_production') },
] as const;

/**
 * Lays out the trading system's folder as the runbooks find it: folders, baseline weights, the configuration of the
 * calibration with its backup, what switches real trading on, and the programs as links to Redline's. What is there already is left as it is.
 */
export async function layOutTradingFiles(files: Config['files']): Promise<void> {
  const folders = [files.data, files.reports, dirname(files.canary_log), dirname(files.canary_weights)];
  for (const folder of folders) await mkdir(folder, { recursive: true });
  if (!existsSync(files.baseline_weights))
    await writeFileAtomically(files.baseline_weights, `${JSON.stringify(baselineWeights, null, 2)}\n`);
  await layOutCalibration(files);
  await layOutGoLive(goLiveFilesOf(files));
  for (const { path, target } of programs) await link(join(files.root, path), target);
}

async function link(path: string, target: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(packageRoot, target), path);
}
