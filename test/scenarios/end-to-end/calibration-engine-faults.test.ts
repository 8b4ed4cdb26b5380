import { describe } from 'vitest';
import { testRollbacks } from '../../support/calibration-rollbacks.js';

describe('a calibration that the engine does not bear', () => {
  // The line of an exception comes last: whoever looks for errors in the journal finds it for five minutes.
  testRollbacks(['engine-restart', 'calibration-reload', 'engine-down', 'calibration-exception']);
});
