import { describe, expect, it } from 'vitest';
import type { AlertingRule, Sample } from '../../../src/alerts/prometheus.js';
import { startFrom } from '../../../src/reports/calibration-start.js';
import { sample } from './samples.js';

const asked = 1_768_050_000;

function rule(name: string, query: string, evaluatedAt = asked + 2, rollback = 'calibration'): AlertingRule {
  return {
    type: 'alerting',
    name,
    query,
    duration: 0,
    labels: { rollback },
    annotations: {},
    alerts: [],
    health: 'ok',
    lastEvaluation: new Date(evaluatedAt * 1000).toISOString(),
    state: 'inactive',
  };
}

const down = 'CalibrationEngineDown';
const reloaded = 'CalibrationReloaded';
const rules = [
  rule(down, `redline:condition{alertname="${down}"} == 1`),
  rule(reloaded, `redline:condition{alertname="${reloaded}"} == 1`),
  rule('DrawdownTwiceNormal', 'quantum:calibration:reading > 2', asked - 50),
  rule('QscDeadZone', 'redline:condition', asked - 50, 'qsc'),
];
const up = (value: number, time: number): Sample => sample('up', { job: 'redline-exporter' }, value, time);
const condition = (alertname: string, value: number, time = asked + 2): Sample =>
  sample('redline:condition', { alertname }, value, time);
const loaded = (value: number, time = asked + 1): Sample =>
  sample('quantum_calibration_loaded', {}, value, time);
const read = (samples: readonly Sample[], from = rules) => startFrom(samples, from, 'calibration', asked);

describe('what is known before a calibration is declared', () => {
  it('is what one scrape after the question says, and the evaluation after it', () => {
    const samples = [up(1, asked + 1), loaded(1), condition(down, 0), condition(reloaded, 1)];
    expect(read(samples)).toEqual({
      loaded: true,
      rollbackAlerts: [down, reloaded, 'DrawdownTwiceNormal'],
      holding: [reloaded],
      unknown: [],
    });
  });

  it('is nothing before that scrape and that evaluation', () => {
    expect(read([up(1, asked - 1), loaded(1, asked - 1)])).toBe('no scrape');
    expect(read([])).toBe('no scrape');
    expect(read([up(0, asked + 1)])).toBe('exporter down');
    expect(read([up(1, asked + 1), loaded(1)], [rule(down, 'redline:condition', asked)])).toBe(
      'no evaluation',
    );
  });

  it('takes a value that the newest scrape did not bring for gone', () => {
    const samples = [up(1, asked + 1), loaded(1, asked - 4), condition(down, 1, asked - 3)];
    expect(read(samples)).toMatchObject({ loaded: undefined, holding: [], unknown: [down, reloaded] });
  });

  it('tells a calibration that is not loaded from one of which nobody knows', () => {
    expect(read([up(1, asked + 1), loaded(0)])).toMatchObject({ loaded: false });
    expect(read([up(1, asked + 1)])).toMatchObject({ loaded: undefined });
  });
});
