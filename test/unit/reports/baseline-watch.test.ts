import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/package-root.js';
import { watchAfterRollback, watchLine } from '../../../src/reports/baseline-watch.js';

const now = 1_768_050_000;

describe('the watch after a rollback', () => {
  it('says until when a restart pages', () => {
    const { level, detail, todo } = watchLine(now);
    expect(level).toBe('warn');
    expect(detail).toContain('rolled back at 2026-01-10T13:00:00Z is watched until 2026-01-10T13:30:00Z');
    expect(detail).toContain('pages once as CalibrationEngineRestarted (after_rollback)');
    expect(todo).toMatch(/^Restart the engine for the next calibration after 2026-01-10T13:30:00Z/);
  });

  it('is as long as the rules have it', () => {
    const rules = readFileSync(join(packageRoot, 'prometheus/rules/post-calibration.yml'), 'utf8');
    expect(rules).toContain(`expr: redline:calibration_rolled_back > time() - ${watchAfterRollback}\n`);
  });
});
