import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  nothingObserved,
  observationPath,
  readObservation,
  writeObservation,
  type Observation,
} from '../../../src/deployments/observation-file.js';
import { temporaryFolder } from '../../support/workspace.js';

describe('the observation file', () => {
  it('is read as it was written', async () => {
    const path = observationPath(temporaryFolder());
    const observation: Observation = {
      version: 1,
      gate_cutover: 1768023795,
      canary: { deployment: 'canary-1', model: 'patchtst', cutover: 1768023795, activated_at: null },
      calibration: { deployment: 'calibration-1', since: 1768023795 },
    };
    await writeObservation(path, observation);
    expect(await readObservation(path)).toEqual(observation);
  });

  it('observes nothing where it does not exist', async () => {
    expect(await readObservation(observationPath(temporaryFolder()))).toEqual(nothingObserved);
  });

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"gate_cutover":"x","canary":null}'])(
    'refuses %j and names the file',
    async (text) => {
      const path = observationPath(temporaryFolder());
      writeFileSync(path, text);
      await expect(readObservation(path)).rejects.toThrow(path);
    },
  );
});
