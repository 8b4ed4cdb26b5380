import { goLive } from './dashboards/go-live.js';
import { itself } from './dashboards/itself.js';
import { operations } from './dashboards/operations.js';
import { overview } from './dashboards/overview.js';
import { playbook } from './dashboards/playbook.js';
import { postCalibration } from './dashboards/post-calibration.js';
import { qscCanary } from './dashboards/qsc-canary.js';
import { rollbacks } from './dashboards/rollbacks.js';
import type { DashboardSpec } from './spec.js';

/** Every dashboard. */
export const dashboards: readonly DashboardSpec[] = [
  overview,
  qscCanary,
  postCalibration,
  playbook,
  operations,
  goLive,
  rollbacks,
  itself,
];
