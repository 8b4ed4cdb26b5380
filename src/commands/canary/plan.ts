import type { Config } from '../../config/schema.js';
import { overrideInstalledPath, resolveEngineUnit } from '../../deployments/engine-unit.js';
import { Engine } from './engine.js';
import { overrideText } from './override.js';
import { canaryWeights, readBaseline, weightsFileText, type Weights } from './weights.js';

/** What an activation would do, worked out and nothing done. Durations in seconds, shares 0-1. */
export interface CanaryPlan {
  readonly model: string;
  readonly share: number;
  readonly weights: Weights;
  readonly observationSeconds: number;
  readonly settleSeconds: number;
  /** written in this order */
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly engine: Engine;
  readonly operator: string;
}

export interface CanaryRequest {
  readonly model: string;
  readonly share: number;
  readonly operator: string;
}

/**
 * Works out an activation.
 * @throws UserError where the baseline weights do not allow it
 */
export async function planCanary(config: Config, request: CanaryRequest): Promise<CanaryPlan> {
  const { files, systemd, deployments } = config;
  const baseline = await readBaseline(files.baseline_weights);
  const weights = canaryWeights(baseline.weights, request.model, request.share);
  const unit = await resolveEngineUnit(config);
  const override = overrideText(request.model, files.canary_weights);
  return {
    ...request,
    weights,
    observationSeconds: deployments.canary.observation,
    settleSeconds: deployments.canary.settle,
    files: [
      { path: files.canary_weights, content: weightsFileText(baseline, weights) },
      { path: files.override_generated, content: override },
      { path: overrideInstalledPath(files, unit), content: override },
    ],
    engine: new Engine(systemd.systemctl, unit),
  };
}
