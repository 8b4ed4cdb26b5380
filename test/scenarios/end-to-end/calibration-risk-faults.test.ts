import { describe } from 'vitest';
import { testRollbacks } from '../../support/calibration-rollbacks.js';

describe('a calibration that decides and trades badly', () => {
  testRollbacks(['drawdown', 'guard-storm', 'equity-swings', 'confidence-collapse']);
});
