import { describe, expect, it } from 'vitest';
import { shortOverrides } from '../../../src/reports/baseline-overrides.js';

const now = 1_768_050_000;

describe('overrides of less than an hour', () => {
  it('are told, with the time from which the hour is whole', () => {
    expect(shortOverrides(300, now)).toEqual([
      {
        what: 'overrides',
        level: 'warn',
        detail:
          'measured over 5m 00s only: the growth in 1 h is not known in full, and its baseline may be too low',
        todo: 'Prepare again from 2026-01-10T13:55:00Z on, unless deployments.calibration.floors.overrides covers what is normal.',
      },
    ]);
    expect(shortOverrides(3539, now)).toHaveLength(1);
  });

  it('are whole but for a scrape or two', () => {
    expect(shortOverrides(3590, now)).toEqual([]);
  });
});
