import { readFileSync } from 'node:fs';
import { calibrationVersion } from '../calibration-files.js';

// The engine of the simulated trading system, a process of its own. As the real one it reads its configuration when it
// starts and not again, so that a canary or a calibration begins and ends with a restart. It has nothing to do but to be
// alive; it ends when it is told to, or when its simulator is gone.

process.title = 'quantum-ai-engine-simulated';
process.on('disconnect', () => undefined);
process.send?.({
  canaryModel: canaryModel(process.argv[2] ?? ''),
  calibration: calibrationVersion(process.argv[3] ?? ''),
});

/** The model that the installed override names; null where there is none. */
function canaryModel(override: string): string | null {
  try {
    const text = readFileSync(override, 'utf8');
    return /^Environment="?QSC_CANARY_MODEL=([A-Za-z0-9_.-]+)/m.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}
