import { describe, expect, it } from 'vitest';
import { drillPlan, recordedMetric } from '../../../src/names.js';
import { alertRules, alertTests, catalogue, restsOn, rules } from '../../support/rule-files.js';

/** Judged always: its alerts say which deployment while one of kind production is under observation. */
const productionPlan = 'production';

/** What tells two rows apart: one alert may have two severities. */
function identity({ alert, severity }: { readonly alert: string; readonly severity?: string }): string {
  return `${alert} ${severity ?? ''}`;
}

function inOrder<T extends { readonly alert: string; readonly labels: { readonly severity?: string } }>(
  entries: readonly T[],
): T[] {
  const key = ({ alert, labels: { severity } }: T): string =>
    identity({ alert, ...(severity === undefined ? {} : { severity }) });
  return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

describe('the catalogue of alerts', () => {
  it('names each alert once, or once a severity', () => {
    const names = catalogue.map(identity);
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
    expect(inOrder(written)).toEqual(inOrder(listed));
  });

  it('lets no alert roll back without saying which deployment', () => {
    for (const { alert, rollback, scope, severity } of catalogue) {
      if (rollback === undefined) {
        expect({ alert, scope }).not.toEqual({ alert, scope: 'production' });
        continue;
      }
      // What a drill starts changes nothing: its alert is the only one that wakes nobody.
      const expected = {
        scope: rollback === productionPlan ? 'production' : 'deployment',
        severity: rollback === drillPlan ? 'info' : 'critical',
      };
      expect({ alert, scope, severity }).toEqual({ alert, ...expected });
    }
  });
});

describe('promtool tests', () => {
  it.each(catalogue)('show $alert ($severity) firing, and not firing', (row) => {
    const { alert, severity, scope, rollback } = row;
    const own = alertTests.filter(({ alertname }) => alertname === alert);
    const firing = own
      .flatMap(({ exp_alerts }) => exp_alerts)
      .filter(({ exp_labels }) => exp_labels.severity === severity);
    expect(firing.length).toBeGreaterThan(0);
    // The one alert that never stops.
    if (alert !== 'Watchdog') expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
    const named = new Set(firing.map(({ exp_labels }) => 'deployment' in exp_labels));
    expect([...named].sort()).toEqual(scope === 'production' ? [false, true] : [scope === 'deployment']);
    for (const { exp_labels } of firing) {
      // A canary is of a model, and its alerts say which.
      if (rollback !== undefined)
        expect(exp_labels).toMatchObject({ rollback, ...(rollback === 'qsc' ? { model: 'xgb' } : {}) });
    }
  });
});

/** Records that are judged, or say what is. */
const judgedRecord = /^(quantum:|redline:(condition|judged|calibration_))/;

describe('groups', () => {
  it.each([...new Set(catalogue.map(({ runbook }) => runbook))])(
    'judge the readings of %s in one evaluation, at the global interval',
    (file) => {
      const judging = rules.filter(
        ({ record, ...rule }) =>
          rule.file === file &&
          record !== undefined &&
          record !== recordedMetric.condition &&
          judgedRecord.test(record),
      );
      expect(new Set(judging.map(({ group }) => group)).size).toBeLessThanOrEqual(1);
      expect(judging.filter(({ interval }) => interval !== undefined)).toEqual([]);
    },
  );

  it.each(alertRules.filter(({ labels }) => labels.rollback !== undefined))(
    'judge $alert in one evaluation with what it rests on, at the global interval',
    (alert) => {
      const parts = [...restsOn(alert)].filter(({ file }) => file === alert.file);
      expect(new Set(parts.map(({ group }) => group))).toEqual(new Set([alert.group]));
      expect(parts.filter(({ interval }) => interval !== undefined)).toEqual([]);
    },
  );

  it('tell the time of the readings first and their cutover last: whoever sees both of one evaluation sees records of no older readings', () => {
    const records = rules.flatMap(({ group, record }) =>
      group === 'qsc-canary' && record !== undefined ? [record] : [],
    );
    expect([records.at(0), records.at(-1)]).toEqual([
      'quantum:model_gate:scrape_timestamp_seconds',
      'quantum:model_gate:cutover_timestamp_seconds',
    ]);
  });
});
