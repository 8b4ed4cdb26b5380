import { describe, expect, it } from 'vitest';
import { Flaws } from '../../../src/readings/flaws.js';
import { parseGoLiveConfig, readGoLiveConfig } from '../../../src/readings/go-live-config.js';

const at = Date.UTC(2026, 0, 10, 5, 43, 15) / 1000;
const now = at + 3600;

function read(text: string) {
  const flaws = new Flaws();
  const fields = parseGoLiveConfig(text, flaws);
  const reading = fields && readGoLiveConfig(fields, now, flaws);
  return { reading, flaws: [...flaws].map(({ reason }) => reason) };
}

describe('the configuration of a go-live', () => {
  it('is read beside comments and keys of others', () => {
    const text = `# who may trade
environment: production
activation_enabled: true   # since this morning
allowed_profiles: [MICRO, &small SMALL]
limits: {positions: 2, profile: *small}
last_rollback_timestamp: "2026-01-10T05:43:15+00:00"
last_rollback_reason: 'it''s over'
`;
    expect(read(text)).toEqual({ reading: { activationEnabled: true, lastRollback: at }, flaws: [] });
  });

  it.each([
    ['activation_enabled: yes', true],
    ['activation_enabled: off', false],
    ['activation_enabled: False', false],
    ['activation_enabled: true\nactivation_enabled: false', false],
    ['activation_enabled: null', undefined],
    ['environment: production', undefined],
  ])('says in %j what Python reads in it', (text, activationEnabled) => {
    expect(read(text)).toEqual({ reading: { activationEnabled, lastRollback: undefined }, flaws: [] });
  });

  it.each(['activation_enabled: "yes"', 'activation_enabled: 1', 'activation_enabled: [true]'])(
    'does not say whether in %j, which is no truth',
    (text) => {
      const { reading, flaws } = read(`${text}\nlast_rollback_timestamp: ${at}\n`);
      expect(reading).toEqual({ activationEnabled: undefined, lastRollback: at });
      expect(flaws).toEqual(['invalid_value']);
    },
  );

  it.each(['2026-01-10T05:43:15Z', '2026-01-10 05:43:15', "'2026-01-10 05:43:15 UTC'", `${at * 1000}`])(
    'knows the time %s',
    (time) => {
      expect(read(`last_rollback_timestamp: ${time}`).reading?.lastRollback).toBe(at);
    },
  );

  it.each(['', '~', '""'])('knows of no rollback where its time is %j', (time) => {
    const { reading, flaws } = read(`last_rollback_timestamp: ${time}`);
    expect(reading?.lastRollback).toBeUndefined();
    expect(flaws).toEqual([]);
  });

  it.each([
    ['never', 'invalid_value'],
    ['[1, 2]', 'invalid_value'],
    [`${now + 61}`, 'future_timestamp'],
  ])('notes the time %s', (time, reason) => {
    const { reading, flaws } = read(`activation_enabled: false\nlast_rollback_timestamp: ${time}`);
    expect(reading).toEqual({ activationEnabled: false, lastRollback: undefined });
    expect(flaws).toEqual([reason]);
  });

  it.each([
    ['activation_enabled: true\n  : [', 'invalid_value'],
    ['activation_enabled: "true', 'invalid_value'],
    ['- activation_enabled', 'invalid_value'],
    ['true', 'invalid_value'],
    ['', 'invalid_value'],
    [
      `a: &a [${'1,'.repeat(99)}1]\nb: &b [${'*a,'.repeat(99)}*a]\nc: [${'*b,'.repeat(99)}*b]`,
      'invalid_value',
    ],
    [`#${' '.repeat(64 * 1024)}\nactivation_enabled: true`, 'oversized'],
  ])('is none where the text is no mapping: %j', (text, reason) => {
    expect(read(text)).toEqual({ reading: undefined, flaws: [reason] });
  });
});
