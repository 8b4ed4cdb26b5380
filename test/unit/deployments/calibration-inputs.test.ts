import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { baselineQuantities } from '../../../src/deployments/baseline.js';
import { askedQuantities, judgedInputs } from '../../../src/deployments/calibration-inputs.js';
import { calibrationInputs } from '../../../src/names.js';

const inputsOf = (config: object): string[] => judgedInputs(parseConfig(config, 'the test'));
const without = (...inputs: readonly string[]): string[] =>
  calibrationInputs.filter((input) => !inputs.includes(input));

describe('what is judged of a calibration', () => {
  it('is every input, and what the configuration leaves of them', () => {
    expect(inputsOf({})).toEqual(calibrationInputs);
    expect(inputsOf({ deployments: { calibration: { inputs: ['equity'] } } })).toEqual(['equity']);
  });

  it('is no journal where none is read, and no unit where nobody says how it is', () => {
    expect(inputsOf({ journal: { enabled: false } })).toEqual(without('engine_journal', 'harvest_journal'));
    expect(inputsOf({ systemd: { enabled: false } })).toEqual(without('engine_unit', 'harvest_unit'));
    expect(inputsOf({ systemd: { enabled: false, engine_pid_file: 'engine.pid' } })).toEqual(
      without('harvest_unit'),
    );
    expect(inputsOf({ systemd: { enabled: false, harvest_pid_file: 'harvest.pid' } })).toEqual(
      without('engine_unit'),
    );
  });

  it('is what the baseline must hold', () => {
    expect(askedQuantities(calibrationInputs)).toEqual(baselineQuantities);
    expect(askedQuantities(['decisions', 'engine_unit'])).toEqual(['action_share', 'extreme_confidence']);
  });
});
