import type { Sample } from '../../../src/alerts/prometheus.js';

/** A sample of an instant query. */
export function sample(name: string, labels: Record<string, string>, value: number, time = 0): Sample {
  return { labels: { __name__: name, ...labels }, value, time };
}

/** The statistics of a model that is well, in one window. */
export function healthyModel(model: string, window: string): Sample[] {
  const labels = { model, window };
  return [
    sample('quantum_model_predictions', labels, 300),
    sample('quantum_model_action_ratio', { ...labels, action: 'BUY' }, 0.4),
    sample('quantum_model_action_ratio', { ...labels, action: 'SELL' }, 0.35),
    sample('quantum_model_action_ratio', { ...labels, action: 'HOLD' }, 0.25),
    sample('quantum_model_confidence_mean', labels, 0.62),
    sample('quantum_model_confidence_stddev', labels, 0.11),
    sample('quantum_model_confidence_p10', labels, 0.45),
    sample('quantum_model_confidence_p90', labels, 0.78),
    sample('quantum_model_confidence_min', labels, 0.3),
    sample('quantum_model_confidence_max', labels, 0.95),
    sample('quantum_model_invalid_confidences', labels, 0),
    sample('quantum:model_gate:status', labels, 0),
    sample('quantum:model_gate:violation', { ...labels, check: 'action_collapse' }, 0),
  ];
}

/** The events and the ensemble of a window that is well. */
export function healthyWindow(window: string): Sample[] {
  return [
    sample('quantum_window_events', { window }, 342),
    sample('quantum_window_start_timestamp_seconds', { window }, 1_768_046_400),
    sample('quantum_ensemble_agreement_ratio', { window }, 0.65),
    sample('quantum_ensemble_hard_disagreement_ratio', { window }, 0.05),
  ];
}
