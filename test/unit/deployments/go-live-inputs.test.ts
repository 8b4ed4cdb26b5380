import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { judgedGoLiveInputs } from '../../../src/deployments/go-live-inputs.js';
import { goLiveInputs } from '../../../src/names.js';

const inputsOf = (config: object): string[] => judgedGoLiveInputs(parseConfig(config, 'the test'));
const without = (...inputs: readonly string[]): string[] =>
  goLiveInputs.filter((input) => !inputs.includes(input));

describe('what is judged of a go-live', () => {
  it('is every input, and what the configuration leaves of them', () => {
    expect(inputsOf({})).toEqual(goLiveInputs);
    expect(inputsOf({ deployments: { go_live: { inputs: ['daily_result'] } } })).toEqual(['daily_result']);
  });

  it('is no backend where none is asked, and no unit where nobody says how it is', () => {
    const noBackend = without('backend_health', 'backend_metrics');
    expect(inputsOf({ http: { enabled: false } })).toEqual(noBackend);
    expect(inputsOf({ http: { backend: { url: '' } } })).toEqual(noBackend);
    expect(inputsOf({ systemd: { enabled: false } })).toEqual(without('backend_unit'));
    expect(inputsOf({ systemd: { enabled: false, backend_pid_file: 'b.pid' } })).toEqual(goLiveInputs);
  });
});
