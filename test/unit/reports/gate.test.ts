import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/alerts/prometheus.js';
import { isFresh, type Condition, type GateReading } from '../../../src/reports/gate.js';
import {
  gateJson,
  renderGateMarkdown,
  renderGateText,
  type GateReport,
} from '../../../src/reports/gate-report.js';
import { judgeGate, type GateMode } from '../../../src/reports/gate-verdict.js';
import type { Limits } from '../../../src/reports/limits.js';
import { plainPaint } from '../../../src/reports/paint.js';
import { readWindow } from '../../../src/reports/window.js';
import { healthyModel, healthyWindow, sample } from './samples.js';

const limits: Limits = new Map([
  ['QscInsufficientEvents', { limit: 200, limit2: undefined }],
  ['QscActionCollapse', { limit: 0.7, limit2: undefined }],
  ['QscEnsembleDysfunction', { limit: 0.8, limit2: 0.55 }],
]);
const healthy = [...healthyWindow('gate'), ...healthyModel('xgb', 'gate'), ...healthyModel('nhits', 'gate')];

function reading(samples: readonly Sample[], rest: Partial<GateReading> = {}): GateReading {
  return {
    evaluation: { at: 1_768_050_002, scrapedAt: 1_768_050_001, cutover: 1_768_046_400 },
    window: readWindow(samples, 'gate'),
    pass: true,
    collectionComplete: true,
    conditions: [],
    limits,
    ...rest,
  };
}

function report(from: GateReading, mode: GateMode = 'canary', model?: string): GateReport {
  return {
    at: 1_768_050_003,
    mode,
    model,
    cutover: 1_768_046_400,
    outcome: { known: true, reading: from, verdict: judgeGate(from, mode, model) },
  };
}

/** The model's samples with its status changed. */
function withStatus(model: string, status: number): Sample[] {
  return healthy.map((entry) =>
    entry.labels.model === model && entry.labels.__name__ === 'quantum:model_gate:status'
      ? { ...entry, value: status }
      : entry,
  );
}

describe('the verdict', () => {
  it('passes what the rules pass', () => {
    const verdict = judgeGate(reading(healthy), 'canary', undefined);
    expect(verdict).toMatchObject({ result: 'PASS', exitCode: 0, overall: 'GO', warnings: [], todo: [] });
  });

  it('fails what the rules do not pass, also where they do not say', () => {
    expect(judgeGate(reading(healthy, { pass: false }), 'canary', undefined).exitCode).toBe(2);
    expect(judgeGate(reading(healthy, { pass: undefined }), 'canary', undefined).exitCode).toBe(2);
  });

  it('fails while a model has no status, whatever the rule says of the whole', () => {
    const samples = [...healthy, sample('quantum_model_predictions', { model: 'lgbm', window: 'gate' }, 3)];
    const verdict = judgeGate(reading(samples), 'canary', undefined);
    expect(verdict).toMatchObject({ result: 'FAIL', exitCode: 2, overall: undefined });
    expect(verdict.warnings).toEqual(['lgbm has no status: the rules cannot judge it.']);
  });

  it('fails when nothing is judged', () => {
    const verdict = judgeGate(reading(healthyWindow('gate')), 'canary', undefined);
    expect(verdict.exitCode).toBe(2);
    expect(verdict.warnings).toEqual(['No model is judged: no event after the cutover names one.']);
  });

  it('asks that a model which is named is judged, and not NO-GO', () => {
    expect(judgeGate(reading(healthy), 'canary', 'nhits').exitCode).toBe(0);
    const absent = judgeGate(reading(healthy), 'canary', 'patchtst');
    expect(absent.exitCode).toBe(2);
    expect(absent.warnings[0]).toContain('patchtst is not judged');
    expect(absent.warnings[0]).toContain('Judged are nhits, xgb.');
    expect(judgeGate(reading(withStatus('nhits', 2)), 'canary', 'nhits').exitCode).toBe(2);
    expect(judgeGate(reading(withStatus('nhits', 1)), 'canary', 'nhits').exitCode).toBe(0);
  });

  it('says what would roll a canary back while it waits', () => {
    const conditions: Condition[] = [
      { alertname: 'QscEnsembleDysfunction', model: '', holds: true },
      { alertname: 'QscFlatPredictions', model: 'xgb', holds: true },
      { alertname: 'QscDeadZone', model: 'nhits', holds: false },
    ];
    const from = reading(withStatus('xgb', 1), { conditions });
    expect(judgeGate(from, 'canary', undefined)).toMatchObject({
      result: 'PASS',
      overall: 'WAIT',
      warnings: [
        'A canary activated now would be rolled back by QscEnsembleDysfunction.',
        'A canary of xgb activated now would be rolled back by QscFlatPredictions.',
      ],
    });
    expect(judgeGate(from, 'canary', 'nhits').warnings).toHaveLength(1);
  });

  it('never passes in collection mode', () => {
    expect(judgeGate(reading(healthy), 'collection', undefined).exitCode).toBe(3);
    const few = reading(healthy, { collectionComplete: false });
    expect(judgeGate(few, 'collection', undefined)).toMatchObject({
      exitCode: 2,
      warnings: ['342 events so far.'],
    });
    expect(
      judgeGate(reading(healthy, { collectionComplete: undefined }), 'collection', undefined).exitCode,
    ).toBe(2);
  });

  it('says how many events are missing', () => {
    const samples = [
      sample('quantum_window_events', { window: 'gate' }, 142),
      sample('quantum:model_gate:status', { model: 'xgb', window: 'gate' }, 2),
      sample(
        'quantum:model_gate:violation',
        { model: 'xgb', window: 'gate', check: 'insufficient_events' },
        1,
      ),
    ];
    const verdict = judgeGate(reading(samples, { pass: false }), 'canary', undefined);
    expect(verdict.todo).toEqual([
      '142 of 200 events: wait for more data (58 more), then run the gate again.',
    ]);
    expect(verdict.reasons.xgb).toEqual(['Too few events: 142 (at least 200)']);
  });
});

describe('freshness', () => {
  const evaluation = { at: 12, scrapedAt: 10, cutover: 5.123 };
  it('asks for a scrape after the registration, counted from the same cutover', () => {
    expect(isFresh(evaluation, 5.123, 9.999)).toBe(true);
    expect(isFresh(evaluation, 5.123, 10)).toBe(false);
    expect(isFresh(evaluation, 5.125, 9)).toBe(false);
    expect(isFresh(evaluation, 5.1234, 9)).toBe(true);
  });
});

describe('the report', () => {
  it('says PASS like the runbook, with every value', () => {
    const text = renderGateText(report(reading(healthy)), plainPaint);
    expect(text).toContain('✅ QUALITY GATE: PASS\n   Safe to proceed with canary activation\n');
    expect(text).toMatch(/Cutover +2026-01-10T12:00:00Z/);
    expect(text).toContain('342 events since 2026-01-10T12:00:00Z (a canary needs 200)');
    expect(text).toMatch(/Overall +GO/);
    expect(text).toMatch(/xgb +GO +300 +40\.0% +35\.0% +25\.0% +0\.6200 +0\.1100 +0\.4500 +0\.7800 +0/);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('What to do');
  });

  it('says FAIL with reasons and what to do', () => {
    const labels = { model: 'xgb', window: 'gate', check: 'action_collapse' };
    const samples = [...withStatus('xgb', 2), sample('quantum:model_gate:violation', labels, 1)].map(
      (entry) =>
        entry.labels.action === 'HOLD' && entry.labels.model === 'xgb' ? { ...entry, value: 0.783 } : entry,
    );
    const failed = report(reading(samples, { pass: false }));
    const text = renderGateText(failed, plainPaint);
    expect(text).toContain('❌ QUALITY GATE: FAIL (BLOCKER)');
    expect(text).toContain('- Action collapse: HOLD 78.3% (limit 70%)');
    expect(text).toContain('What to do\n  - One action dominates: retrain the model');
    const markdown = renderGateMarkdown(failed);
    expect(markdown).toContain('# ❌ QUALITY GATE: FAIL (BLOCKER)');
    expect(markdown).toContain('| xgb | NO-GO | 300 |');
    expect(markdown).toContain('- xgb: Action collapse: HOLD 78.3% (limit 70%)');
  });

  it('names the leg that is missing', () => {
    const unknown: GateReport = {
      at: 1_768_050_003,
      mode: 'canary',
      model: undefined,
      cutover: undefined,
      outcome: { known: false, missing: 'The exporter does not answer.', todo: 'Start it.' },
    };
    const text = renderGateText(unknown, plainPaint);
    expect(text).toContain('UNKNOWN (BLOCKER)');
    expect(text).toMatch(/Cutover +unknown/);
    expect(text).toContain('- The exporter does not answer.');
    expect(text).toContain('- Start it.');
    expect(renderGateMarkdown(unknown)).toContain('- The exporter does not answer.');
    expect(gateJson(unknown)).toMatchObject({
      result: 'UNKNOWN',
      exitCode: 2,
      missing: 'The exporter does not answer.',
    });
  });

  it('gives a script the numbers', () => {
    expect(JSON.parse(JSON.stringify(gateJson(report(reading(healthy)))))).toMatchObject({
      result: 'PASS',
      exitCode: 0,
      cutover: 1_768_046_400,
      window: {
        events: 342,
        models: [
          { model: 'nhits', status: 'GO' },
          { model: 'xgb', stddev: 0.11 },
        ],
      },
      limits: { QscActionCollapse: { limit: 0.7 } },
    });
  });

  it('lets a name of the events neither move the cursor nor break a table', () => {
    const evil = 'x\u001b[2J|y';
    const samples = [...healthyWindow('gate'), ...healthyModel(evil, 'gate')];
    expect(renderGateText(report(reading(samples)), plainPaint)).not.toContain('\u001b');
    expect(renderGateMarkdown(report(reading(samples)))).toContain('| x\uFFFD[2J\\|y |');
  });
});
