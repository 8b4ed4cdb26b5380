import { describe, expect, it } from 'vitest';
import { findPromotable } from '../../../../src/commands/canary/promote.js';
import type { Deployment } from '../../../../src/deployments/deployment.js';

function canary(rest: Partial<Deployment> = {}): Deployment {
  return {
    id: 'c1',
    kind: 'canary',
    model: 'patchtst',
    operator: '',
    started_at: 1000,
    declared_at: null,
    ends_at: 22_600,
    settle_seconds: 120,
    cutover: 500,
    weight: 0.1,
    activated_at: 1010,
    outcome: 'completed',
    completion: 'no_violations',
    baseline: null,
    accepted: [],
    start_values: [],
    ...rest,
  };
}

describe('findPromotable', () => {
  it('takes the newest canary, and its activation as cutover', () => {
    const deployments = [canary({ kind: 'production', model: '' }), canary(), canary({ model: 'xgb' })];
    expect(findPromotable(deployments, 0.25)).toEqual({ model: 'patchtst', cutover: 1010 });
    expect(findPromotable([canary()], 1)).toEqual({ model: 'patchtst', cutover: 1010 });
  });

  it.each([
    [[], /no canary to promote/],
    [[canary({ outcome: null })], /still under observation, until 1970-01-01T06:16:40Z/],
    [[canary({ outcome: 'rolled_back' }), canary()], /was rolled back/],
    [[canary({ outcome: 'accepted' })], /ended by hand \(accepted\)/],
    [[canary({ outcome: 'abandoned' })], /ended by hand \(abandoned\)/],
    [[canary({ activated_at: null })], /never activated/],
    [[canary({ completion: null })], /still judging it; try again in a minute/],
    [[canary({ completion: 'violations' })], /no pass: a violation was seen.*redline canary rollback/],
    [[canary({ completion: 'insufficient_telemetry' })], /too little telemetry.*redline check.*anew/],
    [[canary({ completion: 'unknown' })], /Prometheus did not say.*redline check.*anew/],
    [[canary({ completion: 'insufficient_telemetry' }), canary()], /too little telemetry/],
    [[canary({ weight: 0.25 })], /above the 25\.0% that patchtst has now/],
  ])('refuses what is not to be promoted (%#)', (deployments, reason) => {
    expect(() => findPromotable(deployments, 0.25)).toThrow(reason);
    expect(() => findPromotable(deployments, 0.25)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
