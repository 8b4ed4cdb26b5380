import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PrometheusClient } from '../../../src/alerts/prometheus.js';
import { freePort } from '../../../src/platform/free-port.js';
import type { Limits } from '../../../src/reports/limits.js';
import { observedFrom } from '../../../src/reports/observed.js';
import { renderScoreboard, scoreboardFrom, writeScoreboard } from '../../../src/reports/scoreboard.js';
import { readWindow } from '../../../src/reports/window.js';
import { temporaryFolder } from '../../support/workspace.js';
import { healthyModel, healthyWindow, sample } from './samples.js';

const now = 1_768_050_000;
const limits: Limits = new Map([
  ['QscActionCollapse', { limit: 0.7, limit2: undefined }],
  ['QscFlatPredictions', { limit: 0.05, limit2: undefined }],
  ['QscConstantOutput', { limit: 0.01, limit2: 0.001 }],
  ['QscEnsembleDysfunction', { limit: 0.8, limit2: 0.55 }],
  ['QscModelChaos', { limit: 0.2, limit2: undefined }],
]);
const deployment = { kind: 'canary', deployment: 'd1', model: 'patchtst' };
const receiverUp = sample('up', { job: 'redline-receiver' }, 1);

function render(
  samples = [...healthyWindow('gate'), ...healthyModel('xgb', 'gate')],
  observed = [receiverUp],
) {
  return renderScoreboard(
    scoreboardFrom(now, now - 3, observedFrom(observed), readWindow(samples, 'gate'), limits),
  );
}

describe('the scoreboard', () => {
  it('shows each model with its numbers, and the worst status as the overall one', () => {
    const text = render([
      ...healthyWindow('gate'),
      ...healthyModel('xgb', 'gate'),
      ...healthyModel('nhits', 'gate').filter(
        ({ labels }) => labels.__name__ !== 'quantum:model_gate:status',
      ),
      sample('quantum:model_gate:status', { model: 'nhits', window: 'gate' }, 1),
    ]);
    expect(text).toContain('**Overall: WAIT**');
    expect(text).toContain(
      '| xgb | GO | 300 | 40.0% | 35.0% | 25.0% | 0.6200 | 0.1100 | 0.4500 | 0.7800 | 0 |',
    );
    expect(text).toContain('342 events since 2026-01-10T12:00:00Z');
    expect(text).toContain(
      'Ensemble: agreement 65.0% (allowed 55% to 80%), hard disagreement 5.0% (limit 20%)',
    );
    expect(text).not.toContain('## Why');
  });

  it('says why a model is NO-GO, with value and limit', () => {
    const labels = { model: 'xgb', window: 'gate' };
    const text = render([
      ...healthyWindow('gate'),
      sample('quantum:model_gate:status', labels, 2),
      sample('quantum:model_gate:violation', { ...labels, check: 'action_collapse' }, 1),
      sample('quantum:model_gate:violation', { ...labels, check: 'constant_output' }, 1),
      sample('quantum:ensemble_gate:wait', { check: 'ensemble_dysfunction', window: 'gate' }, 1),
      sample('quantum_model_action_ratio', { ...labels, action: 'BUY' }, 0.1),
      sample('quantum_model_action_ratio', { ...labels, action: 'HOLD' }, 0.783),
      sample('quantum_model_confidence_stddev', labels, 0.0412),
    ]);
    expect(text).toContain('**Overall: NO-GO**');
    expect(text).toContain('- xgb: Action collapse: HOLD 78.3% (limit 70%)');
    expect(text).toContain(
      '- xgb: Constant output: std 0.0412 (at least 0.01), p90-p10 unknown (at least 0.001)',
    );
    expect(text).toContain('- ensemble: Ensemble agreement: 65.0% (allowed 55% to 80%)');
  });

  it('calls a model without a status unknown, and so the whole', () => {
    const text = render([
      ...healthyModel('xgb', 'gate'),
      sample('quantum_model_predictions', { model: 'lgbm', window: 'gate' }, 12),
    ]);
    expect(text).toContain('**Overall: UNKNOWN**');
    expect(text).toContain('| lgbm | UNKNOWN | 12 | unknown |');
  });

  it('says that there is nothing to judge instead of passing', () => {
    const text = render([]);
    expect(text).toContain('**Overall: UNKNOWN**');
    expect(text).toContain('No model is judged');
  });

  it('leaves the other window out', () => {
    expect(render([...healthyWindow('gate'), ...healthyModel('xgb', 'canary')])).not.toContain('xgb');
  });
});

describe('what is under observation', () => {
  it('is named with weight, start and time left', () => {
    const text = render(undefined, [
      receiverUp,
      sample('redline:observed', deployment, 1),
      sample('redline_deployment_start_timestamp_seconds', deployment, now - 6000),
      sample('redline_deployment_end_timestamp_seconds', deployment, now + 15_600),
      sample('redline_deployment_activated_timestamp_seconds', deployment, now - 5990),
      sample('quantum_model_weight', { model: 'patchtst', file: 'baseline' }, 0.3),
      sample('quantum_model_weight', { model: 'patchtst', file: 'canary' }, 0.1),
    ]);
    expect(text).toContain(
      'Under observation: canary patchtst at 10.0% since 2026-01-10T11:20:00Z, 4h 20m left (until 2026-01-10T17:20:00Z)',
    );
  });

  it('does not take the times of an older deployment', () => {
    const text = render(undefined, [
      receiverUp,
      sample('redline:observed', deployment, 1),
      sample('redline_deployment_start_timestamp_seconds', { ...deployment, deployment: 'd0' }, 5),
      sample('redline_deployment_start_timestamp_seconds', deployment, now - 60),
    ]);
    expect(text).toContain(
      'canary patchtst since 2026-01-10T12:59:00Z, no time limit, engine not yet restarted',
    );
  });

  it('is nothing only when the receiver is there to say so', () => {
    expect(render(undefined, [receiverUp])).toContain('Under observation: nothing.');
    expect(render(undefined, [sample('up', { job: 'redline-receiver' }, 0)])).toContain(
      'Under observation: unknown',
    );
    expect(render(undefined, [sample('up', { job: 'redline-exporter' }, 1)])).toContain(
      'Under observation: unknown',
    );
  });
});

it('replaces old numbers in its file by "unknown" when Prometheus does not answer', async () => {
  const path = join(temporaryFolder(), 'scoreboard_latest.md');
  writeFileSync(path, '**Overall: GO**');
  const nobody = new PrometheusClient(`http://127.0.0.1:${await freePort()}`, 1);
  expect(await writeScoreboard(nobody, path, now)).toBe(false);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('**Overall: UNKNOWN** | written 2026-01-10T13:00:00Z');
  expect(text).toContain('Prometheus at http://127.0.0.1');
  expect(text).not.toContain('GO**');
});
