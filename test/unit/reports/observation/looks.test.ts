import { expect, it } from 'vitest';
import { looksOf } from '../../../../src/reports/observation/looks.js';
import { newestSubject, subjectOf } from '../../../../src/reports/observation/subject.js';
import { calibration, canary } from '../../../support/violations.js';
import { goLive, start } from './example.js';

const minute = 60;
const shown = (looks: ReturnType<typeof looksOf>): string[] =>
  looks.map(({ label, state }) => `${label} ${state}`);

it('looks at the times of the go-live runbook, and tells what is pending', () => {
  expect(shown(looksOf(goLive(50 * minute)))).toEqual([
    'T+0 min taken',
    'T+15 min taken',
    'T+30 min taken',
    'T+60 min pending',
    'T+90 min pending',
    'T+120 min pending',
  ]);
});

it('asks for the start a minute later, when the rules know of it, but never beyond what is past', () => {
  expect(looksOf(goLive(50 * minute))[0]?.asked).toBe(start + 60);
  expect(looksOf(goLive(20))[0]?.asked).toBe(start + 20);
});

it('ends with the end of one that was cut short, and says which looks were not reached', () => {
  const ended = goLive(9000, { outcome: 'rolled_back', ends_at: start + 37 * minute + 12 });
  expect(shown(looksOf(ended))).toEqual([
    'T+0 min taken',
    'T+15 min taken',
    'T+30 min taken',
    'T+37 min 12 s taken',
    'T+60 min not reached',
    'T+90 min not reached',
    'T+120 min not reached',
  ]);
});

it('ends at the end of an observation that was declared shorter, also where that is a fraction', () => {
  const short = looksOf(goLive(9000, { outcome: 'completed', ends_at: start + 0.1 + 20 * minute }));
  expect(shown(short).at(-1)).toMatch(/^T\+20 min taken/);
  expect(short.at(-1)).toMatchObject({ at: start + 0.1 + 20 * minute, name: 'end of the observation' });
});

it('looks at a calibration at the edges of its phases, and at a canary for six hours', () => {
  const hour = 3600;
  const calibrated = subjectOf(calibration({ ends_at: 72 * hour }), 7 * hour);
  const looked = calibrated === undefined ? [] : looksOf(calibrated);
  expect(shown(looked)).toEqual([
    'T+0 min taken',
    'T+30 min taken',
    'T+6 h taken',
    'T+24 h pending',
    'T+72 h pending',
  ]);
  expect(looked[2]?.name).toBe('end of phase B');
  const watched = subjectOf(canary({ ends_at: 6 * hour }), hour);
  expect(watched === undefined ? [] : looksOf(watched).map(({ label }) => label)).toEqual([
    ...['T+0 min', 'T+15 min', 'T+30 min', 'T+60 min', 'T+120 min', 'T+4 h', 'T+6 h'],
  ]);
});

it('takes the newest deployment whose observation has an end', () => {
  const newest = newestSubject(
    [
      canary({ id: 'older', started_at: 1 }),
      canary({ id: 'newer', started_at: 5 }),
      canary({ id: 'live', kind: 'production', started_at: 9, ends_at: null }),
    ],
    100,
  );
  expect(newest?.deployment.id).toBe('newer');
  expect(newestSubject([], 100)).toBeUndefined();
});
