import { describe, expect, it } from 'vitest';
import { checklistBoxes } from '../../../../src/reports/playbook/checklist-boxes.js';
import { checklistsFrom, type ChecklistEvidence } from '../../../../src/reports/playbook/checklist.js';
import type { Occasion } from '../../../../src/reports/playbook/period.js';
import { firedAlert } from './example-report.js';

type Rule = ChecklistEvidence['rules'][number];

function rule(name: string, parts: Partial<Rule> = {}): Rule {
  const labels = { runbook: 'playbook', severity: 'warning' };
  return { name, health: 'ok', labels, annotations: { query: `query of ${name}` }, ...parts };
}

function box(occasion: Occasion, text: string, evidence: Partial<ChecklistEvidence>) {
  const known = { rules: [], episodes: [], present: new Set<string>(), ...evidence };
  return checklistsFrom([occasion], known)[0]?.boxes.find((found) => found.text === text);
}

const gaps = 'No significant gaps in the data';

describe('a box', () => {
  const present = new Set(['query of CandleGaps']);

  it('is ticked where its alert could see and stayed silent', () => {
    expect(box('weekly', gaps, { rules: [rule('CandleGaps')], present })).toMatchObject({
      state: 'ticked',
      note: 'silent: CandleGaps',
    });
  });

  it('is not ticked where its alert fired, also where the rule is gone since', () => {
    const episodes = [firedAlert({ alertname: 'CandleGaps' })];
    expect(box('weekly', gaps, { episodes })).toMatchObject({
      state: 'not ticked',
      note: 'fired: CandleGaps',
    });
  });

  it.each([
    ['Prometheus does not know the rule', [], 'Prometheus does not know CandleGaps'],
    ['the rule fails', [rule('CandleGaps', { health: 'err' })], 'CandleGaps is not evaluated'],
    [
      'there is no input',
      [rule('CandleGaps', { annotations: { query: 'another' } })],
      'CandleGaps has nothing to judge',
    ],
  ])('is unknown where %s', (_, rules, note) => {
    expect(box('weekly', gaps, { rules, present })).toMatchObject({ state: 'unknown', note });
  });

  it('is unknown where one of its alerts is blind', () => {
    const rules = [rule('UptimeBelowTarget'), rule('UptimeLow')];
    expect(
      box('morning', 'The system was up', { rules, present: new Set(['query of UptimeLow']) }),
    ).toMatchObject({
      state: 'unknown',
      note: 'UptimeBelowTarget has nothing to judge',
    });
  });

  it('is ticked for a log without a bad line: that there is none is no missing input', () => {
    const watched = new Set(['quantum_log_lines_total or quantum_journal_lines_total']);
    const rules = [rule('LogCriticalEvent')];
    expect(box('morning', 'Nothing critical in the log', { rules, present: watched })?.state).toBe('ticked');
    expect(box('morning', 'Nothing critical in the log', { rules })?.state).toBe('unknown');
  });

  it('that a person ticks stays unknown', () => {
    expect(box('monthly', 'Old logs archived', {})).toMatchObject({
      state: 'unknown',
      note: expect.stringMatching(/^by hand: /) as string,
    });
  });
});

describe('a box about all critical alerts', () => {
  const critical = (name: string, parts: Partial<Rule> = {}) =>
    rule(name, { labels: { runbook: 'playbook', severity: 'critical' }, ...parts });
  const text = 'No critical alert';

  it('is ticked where all are evaluated, and names those with nothing to judge', () => {
    expect(
      box('morning', text, { rules: [critical('A'), critical('B')], present: new Set(['query of A']) }),
    ).toMatchObject({
      state: 'ticked',
      note: '2 alerts, all silent; with nothing to judge: B',
    });
  });

  it('is unknown without any, where one is not evaluated, and where none can see', () => {
    expect(box('morning', text, {})?.state).toBe('unknown');
    const rules = [critical('A'), critical('B', { health: 'unknown' })];
    expect(box('morning', text, { rules, present: new Set(['query of A']) })?.state).toBe('unknown');
    expect(box('morning', text, { rules: [critical('A')] })?.state).toBe('unknown');
  });

  it('is not ticked where one of another runbook fired', () => {
    expect(
      box('morning', text, { rules: [critical('A')], episodes: [firedAlert({ runbook: 'qsc-canary' })] })
        ?.state,
    ).toBe('not ticked');
  });
});

it('each occasion has boxes, and none twice', () => {
  for (const boxes of Object.values(checklistBoxes)) {
    expect(boxes.length).toBeGreaterThan(3);
    expect(new Set(boxes.map(({ text }) => text)).size).toBe(boxes.length);
  }
});
