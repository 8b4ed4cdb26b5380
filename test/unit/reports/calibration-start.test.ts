import { describe, expect, it } from 'vitest';
import type { AlertingRule, Sample } from '../../../src/alerts/prometheus.js';
import { conditionLine } from '../../../src/reports/calibration-start.js';
import { startFrom } from '../../../src/reports/start-reading.js';
import { sample } from './samples.js';

const scraped = 1_768_050_000;

function rule(name: string, query: string, rollback = 'calibration'): AlertingRule {
  return {
    type: 'alerting',
    name,
    query,
    duration: 0,
    labels: { rollback },
    annotations: {},
    alerts: [],
    health: 'ok',
    lastEvaluation: '2026-01-10T13:00:00Z',
    state: 'inactive',
  };
}

const down = 'CalibrationEngineDown';
const reloaded = 'CalibrationReloaded';
const rules = [
  rule(down, `redline:condition{alertname="${down}"} == 1`),
  rule(reloaded, `redline:condition{alertname="${reloaded}"} == 1`),
  rule('DrawdownTwiceNormal', 'quantum:calibration:reading > 2'),
  rule('QscDeadZone', 'redline:condition', 'qsc'),
];
const condition = (alertname: string, value: number, time = scraped + 1): Sample =>
  sample('redline:condition', { alertname }, value, time);
const loaded = (value: number, time = scraped): Sample =>
  sample('quantum_calibration_loaded', {}, value, time);
const read = (...samples: readonly Sample[]) => startFrom(samples, rules, 'calibration', scraped);

describe('what is known before a calibration is declared', () => {
  it('is what the scrape says and the evaluation after it', () => {
    expect(read(loaded(1), condition(down, 0), condition(reloaded, 1), condition('QscDeadZone', 1))).toEqual({
      loaded: true,
      rollbackAlerts: [down, reloaded, 'DrawdownTwiceNormal'],
      holding: [reloaded],
      unknown: [],
    });
  });

  it('is not what an older scrape or evaluation said', () => {
    expect(read(loaded(1, scraped - 5), condition(down, 1, scraped - 4))).toMatchObject({
      loaded: undefined,
      holding: [],
      unknown: [down, reloaded],
    });
  });

  it('tells a calibration that is not loaded from one of which nobody knows', () => {
    expect(read(loaded(0)).loaded).toBe(false);
    expect(read().loaded).toBeUndefined();
  });
});

describe('a condition that holds before a calibration is declared', () => {
  const line = (name: string, isAccepted: boolean, settledAt = scraped + 120) =>
    conditionLine(name, { isAccepted, settledAt, now: scraped });

  it('refuses the start, unless it is accepted', () => {
    expect(line(reloaded, false)).toMatchObject({
      level: 'fail',
      todo: `See docs/alerts/${reloaded}.md; --accept ${reloaded} lets it through.`,
    });
    expect(line(reloaded, true)).toEqual({
      what: reloaded,
      level: 'warn',
      detail: 'it holds now, accepted: it starts nothing until it has been false once',
    });
  });

  it('says of an engine that is down when its start would be a restart', () => {
    const later =
      /a start of the engine after the settle time counts as a restart .* rolls the calibration back\.$/;
    expect(line(down, false).todo).toMatch(/^Start the engine, then the observation\./);
    expect(line(down, false).todo).toMatch(later);
    expect(line(down, true).level).toBe('warn');
    expect(line(down, true).todo).toMatch(
      /^Start the engine within the settle time, until 2026-01-10T13:02:00Z; /,
    );
    expect(line(down, true).todo).toMatch(later);
    expect(line(down, true, scraped).todo).toMatch(/^The settle time was over at 2026-01-10T13:00:00Z: /);
  });
});
