import { describe, expect, it } from 'vitest';
import { drillPlan } from '../../../src/names.js';
import { alertRules, alertTests, catalogue, rules } from '../../support/rule-files.js';

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
      if (rollback === undefined) continue;
      // What a drill starts changes nothing: its alert is the only one that wakes nobody.
      const expected = rollback === drillPlan ? 'info' : 'critical';
      expect({ alert, scope, severity }).toEqual({ alert, scope: 'deployment', severity: expected });
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
    for (const { exp_labels } of firing) {
      expect('deployment' in exp_labels).toBe(scope === 'deployment');
      // A canary is of a model, and its alerts say which.
      if (rollback !== undefined)
        expect(exp_labels).toMatchObject({ rollback, ...(rollback === 'qsc' ? { model: 'xgb' } : {}) });
    }
  });
});

describe('groups', () => {
  it.each([...new Set(catalogue.map(({ runbook }) => runbook))])(
    'judge %s in one evaluation, at the global interval',
    (file) => {
      const judging = rules.filter(
        ({ record, labels, ...rule }) =>
          rule.file === file &&
          (labels.rollback !== undefined ||
            (record !== undefined && /^(quantum:|redline:(condition|judged|calibration_))/.test(record))),
      );
      expect(new Set(judging.map(({ group }) => group)).size).toBeLessThanOrEqual(1);
      expect(judging.filter(({ interval }) => interval !== undefined)).toEqual([]);
    },
  );

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
