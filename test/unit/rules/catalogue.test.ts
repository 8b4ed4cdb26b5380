import { describe, expect, it } from 'vitest';
import { alertRules, alertTests, catalogue, rules } from '../../support/rule-files.js';

describe('the catalogue of alerts', () => {
  it('names each alert once', () => {
    const names = catalogue.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is what the rules say: names, labels and how long a condition must hold', () => {
    const listed = catalogue.map(({ alert, runbook, severity, rollback, priority, for: hold }) => ({
      alert,
      file: runbook,
      hold,
      labels: {
        runbook,
        severity,
        ...(rollback === undefined ? {} : { rollback }),
        ...(priority === undefined ? {} : { priority }),
      },
    }));
    const written = alertRules.map(({ alert, file, for: hold, labels }) => ({ alert, file, hold, labels }));
    const byName = (a: { alert: string }, b: { alert: string }) => (a.alert < b.alert ? -1 : 1);
    expect(written.sort(byName)).toEqual(listed.sort(byName));
  });

  it('lets no alert roll back without saying which deployment', () => {
    for (const { alert, rollback, scope, severity } of catalogue) {
      if (rollback === undefined) continue;
      expect({ alert, scope, severity }).toEqual({ alert, scope: 'deployment', severity: 'critical' });
    }
  });
});

describe('promtool tests', () => {
  it.each(catalogue)('show $alert firing, and not firing', ({ alert, scope, rollback }) => {
    const own = alertTests.filter(({ alertname }) => alertname === alert);
    const firing = own.flatMap(({ exp_alerts }) => exp_alerts);
    expect(firing.length).toBeGreaterThan(0);
    // The one alert that never stops.
    if (alert !== 'Watchdog') expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
    for (const { exp_labels } of firing) {
      expect('deployment' in exp_labels).toBe(scope === 'deployment');
      if (rollback !== undefined) expect(exp_labels).toMatchObject({ rollback, model: 'xgb' });
    }
  });
});

describe('groups', () => {
  it('judge the gate and the canary in one evaluation, at the global interval', () => {
    const judging = rules.filter(
      ({ record, labels }) =>
        labels.rollback !== undefined ||
        (record !== undefined && /^(quantum:|redline:(condition|judged))/.test(record)),
    );
    expect(new Set(judging.map(({ group }) => group))).toEqual(new Set(['qsc-canary']));
    expect(new Set(judging.map(({ interval }) => interval))).toEqual(new Set([undefined]));
  });

  it('tell the time of the readings last: whoever sees a fresh one sees fresh records', () => {
    const records = rules.flatMap(({ group, record }) =>
      group === 'qsc-canary' && record !== undefined ? [record] : [],
    );
    expect(records.slice(-2)).toEqual([
      'quantum:model_gate:cutover_timestamp_seconds',
      'quantum:model_gate:scrape_timestamp_seconds',
    ]);
  });
});
