import type { Config, Plan } from '../config/schema.js';
import { drillMarkerPath } from '../deployments/drill-file.js';
import { drillPlan } from '../names.js';

/**
 * The configuration with the plan that changes nothing, for whoever runs it: a real script in the same runner as every
 * other, with short time limits, as a real rollback may wait for its end. It stands in no configuration, so that nobody
 * can start it by hand for a deployment.
 */
export function withDrillPlan(config: Config): Config {
  const marker = drillMarkerPath(config.state.directory);
  const plan: Plan = {
    environment: { ROLLBACK_DRILL_MARKER: marker },
    methods: [
      {
        name: 'script',
        command: ['${package}/rollback/drill.sh'],
        timeout: 5,
        verify: [{ file_present: marker }],
        verify_timeout: 2,
      },
    ],
  };
  return { ...config, rollbacks: { ...config.rollbacks, [drillPlan]: plan } };
}
