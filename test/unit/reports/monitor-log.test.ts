import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/alerts/prometheus.js';
import {
  alertTexts,
  changeTexts,
  deploymentOfLog,
  endText,
  firstText,
  lastTag,
  monitorLine,
  readingText,
  tagOf,
} from '../../../src/reports/monitor-log.js';
import {
  monitorAlerts,
  monitorReadingFrom,
  type MonitorAlert,
} from '../../../src/reports/monitor-reading.js';
import type { FiringRule } from '../../../src/reports/series.js';
import { calibration } from '../../support/violations.js';

const now = 1_768_046_400;

function sample(name: string, labels: Record<string, string>, value: number): Sample {
  return { labels: { __name__: name, ...labels }, value, time: now };
}

function alert(alertname: string, severity = 'warning'): MonitorAlert {
  return { key: `alertname="${alertname}"`, severity, alertname, text: 'is 2' };
}

const phase = (name: string, deployment = 'calibration-1'): Sample =>
  sample('redline:calibration_phase', { deployment, phase: name }, 1);

describe('the tag of a line', () => {
  it('is found by the grep for either phase while the first lies in the second', () => {
    expect(tagOf(['A', 'B'])).toBe('FASE A/FASE B');
    expect(tagOf(['B'])).toBe('FASE B');
    expect(tagOf(['D'])).toBe('FASE D');
    expect(tagOf([])).toBeUndefined();
  });

  it('and the deployment are read back from a log', () => {
    const log = [
      monitorLine(now, 'FASE A/FASE B', 'INFO', firstText(calibration({ id: 'older' }))),
      'something that somebody else wrote',
      monitorLine(now, 'FASE A/FASE B', 'INFO', firstText(calibration())),
      monitorLine(now + 30, 'FASE C', 'WARNING', 'X: FASE D INFO watching deployment=forged '),
      'half a line FASE',
    ].join('\n');
    expect(deploymentOfLog(log)).toBe('calibration-1');
    expect(lastTag(log)).toBe('FASE C');
    expect(deploymentOfLog('')).toBeUndefined();
    expect(lastTag('')).toBeUndefined();
  });
});

describe('a line', () => {
  it('is one, with its time to the second, whatever its text holds', () => {
    expect(monitorLine(now + 0.9, 'FASE B', 'INFO', 'a\r\n b\u0007\u202e')).toBe(
      '2026-01-10T12:00:00Z FASE B INFO a b\uFFFD\uFFFD',
    );
    expect(monitorLine(now, 'FASE B', 'INFO', 'x'.repeat(10_000)).length).toBeLessThan(1100);
  });

  it('of the state tells what is known and names what is not', () => {
    const reading = monitorReadingFrom(
      [
        ...[phase('B'), phase('A'), phase('C', 'other')],
        sample('redline:calibration_watch', { deployment: 'calibration-1', state: 'observed' }, now),
        sample('redline:calibration_watch', { deployment: 'other', state: 'after_rollback' }, now),
        sample('quantum_unit_active', { role: 'engine', unit: 'a' }, 0),
        sample('quantum_unit_active', { role: 'other', unit: 'b' }, 1),
        sample('redline_input_timestamp_seconds', { input: 'decisions' }, now - 95),
        sample('redline_input_timestamp_seconds', { input: 'equity' }, now),
        sample('quantum_calibration_load_count', {}, 1),
        sample('quantum:calibration:reading', { quantity: 'guards' }, 2),
        sample('quantum:calibration:reading', { quantity: 'action_share', action: 'SELL' }, 1 / 3),
      ],
      'calibration-1',
      now,
    );
    expect(reading).toMatchObject({ phases: ['A', 'B'], isWatched: false });
    expect(readingText(reading, 4000)).toBe(
      'elapsed=1h06m engine=DOWN harvest=unknown decision_age=1m35s loaded=unknown load_count=1 action_share_SELL=0.3333 guards=2',
    );
  });

  it('of an alert stands for what fires of any runbook and is not about another deployment', () => {
    const rule = (
      name: string,
      labels: Record<string, string>,
      state: 'firing' | 'pending' = 'firing',
    ): FiringRule => ({ name, alerts: [{ labels, annotations: { summary: `${name}!` }, state, value: '' }] });
    const own = { runbook: 'post-calibration', severity: 'critical', deployment: 'calibration-1' };
    const alerts = monitorAlerts(
      [
        ...[rule('Own', own), rule('Other', { ...own, deployment: 'x' }), rule('Soon', own, 'pending')],
        rule('ExporterDown', { runbook: 'redline', severity: 'warning' }),
        rule('CalibrationAccepted', { ...own, severity: 'info' }),
        rule('RedisDown', { runbook: 'qsc-canary', severity: 'critical' }),
        rule('Watchdog', { runbook: 'redline', severity: 'info' }),
      ],
      'calibration-1',
    );
    expect(alertTexts(alerts)).toEqual([
      { level: 'CRITICAL', text: 'Own: Own!' },
      { level: 'WARNING', text: 'ExporterDown: ExporterDown!' },
      { level: 'INFO', text: 'CalibrationAccepted: CalibrationAccepted!' },
      { level: 'CRITICAL', text: 'RedisDown: RedisDown!' },
    ]);
    const many = Array.from({ length: 80 }, (_, index) => alert(`X${index}`));
    expect(alertTexts(many)).toHaveLength(51);
    expect(alertTexts(many).at(-1)?.text).toBe('and 30 more alerts');
  });

  it('of an alert stands when it begins and when it ends, and not while it only changes its words', () => {
    const before = [alert('A', 'critical'), alert('B')];
    expect(changeTexts(before, before)).toEqual([]);
    expect(changeTexts(before, [{ ...alert('B'), text: 'is 3 now' }, alert('C', 'critical')])).toEqual([
      { level: 'INFO', text: 'no longer fires: A: is 2' },
      { level: 'CRITICAL', text: 'C: is 2' },
    ]);
    // The same alert about something else is another.
    expect(changeTexts([alert('A')], [alert('A'), { ...alert('A'), key: 'role="engine"' }])).toHaveLength(1);
    const many = Array.from({ length: 80 }, (_, index) => alert(`X${index}`));
    expect(changeTexts([], many)).toHaveLength(51);
  });

  it('of the end tells how it was judged', () => {
    const end = (changes: Parameters<typeof calibration>[0]): object => endText(calibration(changes));
    expect(end({ outcome: 'completed', completion: 'no_violations' })).toEqual({
      level: 'INFO',
      text: 'end of deployment=calibration-1: completed, no violations',
    });
    expect(end({ outcome: 'completed', completion: 'insufficient_telemetry' })).toMatchObject({
      level: 'WARNING',
    });
    expect(end({ outcome: 'completed' })).toMatchObject({ level: 'WARNING' });
    expect(end({ outcome: 'abandoned' })).toMatchObject({ level: 'INFO' });
  });
});
