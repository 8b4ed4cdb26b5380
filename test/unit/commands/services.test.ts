import { describe, expect, it } from 'vitest';
import { commandOf } from '../../../src/commands/services.js';
import { renderStarted } from '../../../src/reports/calibration-start.js';
import { plainPaint } from '../../../src/reports/paint.js';
import { deploymentSchema } from '../../../src/deployments/deployment.js';

const started = 1_768_050_000;
const deployment = deploymentSchema.parse({
  id: 'calibration-1',
  kind: 'calibration',
  model: '',
  operator: '',
  started_at: started,
  ends_at: started + 259_200,
  settle_seconds: 120,
  cutover: null,
  weight: null,
  activated_at: null,
  outcome: null,
  completion: null,
  baseline: null,
  accepted: [],
});

describe('a command that is printed for a person to type', () => {
  it('names the configuration as the person did', () => {
    expect(commandOf(undefined)).toBe('redline');
    expect(commandOf('/etc/redline.yml')).toBe('redline --config /etc/redline.yml');
  });

  it('begins alike for what follows a calibration and what undoes it', () => {
    const text = renderStarted(
      {
        deployment,
        baseline: 'prepared',
        monitorLog: 'logs/monitor.log',
        command: commandOf('demo.yml'),
      },
      plainPaint,
    );
    expect(text).toContain('  redline --config demo.yml deploy status\n');
    expect(text).toContain('  redline --config demo.yml rollback calibration --reason "..."\n');
  });
});
