import { describe, expect, it } from 'vitest';
import { drillLegs, type Drill, type DrillLeg } from '../../../src/deployments/drill.js';
import { renderDrill } from '../../../src/reports/drill.js';
import { plainPaint } from '../../../src/reports/paint.js';

const start = Date.UTC(2026, 10, 20, 11, 5, 9) / 1000;

/** A drill whose legs took 0.25 s each, with what the test says otherwise. */
function drill(changes: Partial<Drill> = {}, unknown: readonly DrillLeg[] = []): Drill {
  return {
    id: 'drill-1',
    source: 'command',
    operator: '',
    started_at: start,
    timeout_seconds: 60,
    ended_at: start + 2,
    result: 'succeeded',
    missing: null,
    note: '',
    trigger: 'webhook',
    rollback: 'run-1',
    legs: drillLegs.map((leg, index) => ({
      leg,
      at: unknown.includes(leg) ? null : start + index * 0.25,
      after: index === 0 || unknown.includes(leg) ? null : 0.25,
    })),
    ...changes,
  };
}

const text = (...of: Parameters<typeof drill>): string => renderDrill(drill(...of), plainPaint);

describe('a drill as people read it', () => {
  it('tells of each leg when it ended, how long it took, and how long it was until then', () => {
    expect(text()).toBe(`✅ The drill came through and was verified in 1.750 s

  leg                        at (UTC)    after    total
  written                11:05:09.000        -  0.000 s
  scraped                11:05:09.250  0.250 s  0.250 s
  evaluated              11:05:09.500  0.250 s  0.500 s
  delivered  by webhook  11:05:09.750  0.250 s  0.750 s
  decided    by webhook  11:05:10.000  0.250 s  1.000 s
  started                11:05:10.250  0.250 s  1.250 s
  done                   11:05:10.500  0.250 s  1.500 s
  verified               11:05:10.750  0.250 s  1.750 s

  Drill  drill-1
`);
  });

  it.each(drillLegs)('says what to look at where %s never came', (missing) => {
    const failed = text({ result: 'failed', missing, rollback: null }, [missing]);
    expect(failed).toMatch(/^❌ DRILL FAILED: /);
    if (missing !== 'written') expect(failed).toContain(`"${missing}" never came, within 60 s\n`);
    expect(failed).toMatch(new RegExp(`\\n {2}${missing} .*- +- +-\\n`));
    expect(failed).toMatch(/\n {2}-> [A-Z].{40,}\n$/);
  });

  it('says who was faster where the reconciliation was', () => {
    expect(text({ trigger: 'reconciliation' })).toMatch(/decided +by reconciliation +11/);
  });

  it('says that nothing was run, and why', () => {
    const note = 'decided (shadow mode: nothing was run)';
    const shadow = text({ result: 'not_run', note }, ['started', 'done', 'verified']);
    expect(shadow).toMatch(/^The drill was decided \(shadow mode: nothing was run\)\n/);
    expect(shadow).not.toContain('->');
  });

  it('says that it is not over, and lets no note move the cursor', () => {
    expect(text({ result: null, ended_at: null })).toMatch(/^The drill is not over\n/);
    expect(text({ note: 'a\u001b[2Jb' })).toContain('Note   a\uFFFD[2Jb');
  });
});
