import { describe, expect, it } from 'vitest';
import { periodLines, type Past } from '../../../src/reports/baseline-period.js';

const captured = 1_768_050_000;
const hour = 3600;
const deployment = (
  id: string,
  start: number,
  end: number | null,
  outcome: Past['deployments'][number]['outcome'] = 'completed',
  kind: Past['deployments'][number]['kind'] = 'calibration',
): Past['deployments'][number] => ({
  id,
  kind,
  started_at: captured + start * hour,
  ends_at: end === null ? null : captured + end * hour,
  outcome,
});
const rollback = (id: string, end: number | null, mode: 'auto' | 'shadow' = 'auto') => ({
  id,
  mode,
  started_at: captured - 2 * hour,
  ended_at: end === null ? null : captured + end * hour,
});
const lines = (deployments: Past['deployments'], rollbacks: Past['rollbacks'] = []) =>
  periodLines({ deployments, rollbacks }, captured);

describe('the 24 h that a baseline is measured over', () => {
  it('are clean where all of it was before or after, was production, or ran nothing', () => {
    const past = [
      deployment('before', -40, -24),
      deployment('after', 0, null, null),
      deployment('live', -90, null, null, 'production'),
    ];
    expect(lines(past, [rollback('shadow', -1, 'shadow')])).toEqual([]);
  });

  it('are not with a deployment that ended within them, and a rollback', () => {
    const [line, ...more] = lines(
      [deployment('k1', -40, -23), deployment('c1', -5, -3, 'rolled_back', 'canary')],
      [rollback('r1', -1)],
    );
    expect(more).toEqual([]);
    expect(line).toEqual({
      what: 'baseline period',
      level: 'warn',
      detail:
        'the 24 h that were measured are not clean: rollback r1 (2026-01-10T11:00:00Z to 2026-01-10T12:00:00Z); ' +
        'canary c1 (rolled back, 2026-01-10T08:00:00Z to 2026-01-10T10:00:00Z); ' +
        'calibration k1 (completed, 2026-01-08T21:00:00Z to 2026-01-09T14:00:00Z)',
      todo: 'See that the values are normal ones: what is twice as bad is judged by them. Clean 24 h can be measured from 2026-01-11T12:00:00Z on.',
    });
  });

  it('have no clean ones after them that could be named while something goes on', () => {
    const open = 'There are clean 24 h only 24 h after the end of what goes on.';
    const [observed] = lines([deployment('k1', -5, 67, null)]);
    expect(observed?.detail).toMatch(/calibration k1 \(under observation, since 2026-01-10T08:00:00Z\)$/);
    expect(observed?.todo).toContain(open);
    expect(lines([], [rollback('r1', null)])[0]?.todo).toContain(open);
  });

  it('name no more than three', () => {
    const past = [1, 2, 3, 4, 5].map((age) => deployment(`k${age}`, -age - 1, -age));
    const [line] = lines(past);
    expect(line?.detail).toMatch(/calibration k1 .*; calibration k2 .*; calibration k3 .*; 2 more$/);
    expect(line?.todo).toContain('2026-01-11T12:00:00Z');
  });
});
