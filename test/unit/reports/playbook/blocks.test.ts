import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baselineBlock } from '../../../../src/reports/playbook/baseline-block.js';
import { parseBaseline, readBaselineFile } from '../../../../src/reports/playbook/baseline-file.js';
import { journalEntry } from '../../../../src/reports/playbook/journal.js';
import { formatMoney } from '../../../../src/reports/money.js';
import { temporaryFolder } from '../../../support/workspace.js';
import { emptyReport, fullReport } from './example-report.js';

describe('the journal', () => {
  it('has one line a field, of the day or of the week', () => {
    expect(journalEntry(fullReport())).toMatch(
      /^Week: 2026-01-03 to 2026-01-10\nTrades: 75\nWin Rate: 53\.3%\nWeekly P&L: \$268\.25\nNotable events: WinRateLow ETH\/USDT \(critical\).*\nChanges made: retraining unknown\nNext week focus: retraining of ETH\/USDT; All symbols perform \(fired: WinRateLow\)\n$/,
    );
    const report = fullReport();
    const day = journalEntry({ ...report, period: { ...report.period, hours: 24 } });
    expect(day).toMatch(
      /^Date: 2026-01-10\nTrades: 11\nWin Rate: 53\.3% \(7d\)\nP&L: \$60\.00\nAlerts: .+\nNotes: .+\n$/,
    );
  });

  it('does not take unknown for none', () => {
    expect(journalEntry(emptyReport(24))).toBe(
      'Date: 2026-01-10\nTrades: unknown\nWin Rate: unknown (24h)\nP&L: unknown\nAlerts: unknown, Prometheus knows no rule\n' +
        'Notes: deployments unknown, the receiver said nothing; retraining unknown; readings only since unknown\n',
    );
  });
});

describe('the baseline', () => {
  it('can be read again', () => {
    const block = baselineBlock(fullReport());
    expect(block).toMatch(/^System Baseline \(2026-01-03 to 2026-01-10\)\n={42}\n/);
    const { winShare, winShares, heading } = parseBaseline('b.txt', block);
    expect(heading).toBe('System Baseline (2026-01-03 to 2026-01-10)');
    expect(winShare).toBeCloseTo(0.533, 9);
    expect(winShares.get('BTC/USDT')).toBeCloseTo(0.6, 9);
    expect(winShares.has('IDLE')).toBe(false);
    expect(block).toContain('  IDLE: unknown\n');
    expect(block).toContain('  Best day: $100.00\n  Worst day: -$50.00\n');
  });

  it('warns where there is too little to be normal', () => {
    expect(baselineBlock(emptyReport(168))).toContain('do not take this for normal yet');
  });

  it('takes symbols with colons, and text around it', () => {
    const { winShares } = parseBaseline(
      'b',
      'Notes\n\nWin Rate:\n  BTC/USDT:USDT: 55%\n\nConfidence:\n  Average: 76.3%\n',
    );
    expect([...winShares]).toEqual([['BTC/USDT:USDT', 0.55]]);
  });

  it('is refused where it is none', async () => {
    const file = join(temporaryFolder(), 'b.txt');
    writeFileSync(file, 'Win Rate:\n  nothing\n');
    await expect(readBaselineFile(file)).rejects.toThrow(/holds no baseline/);
    writeFileSync(file, ' '.repeat(300_000));
    await expect(readBaselineFile(file)).rejects.toThrow(/too long/);
    await expect(readBaselineFile(`${file}x`)).rejects.toThrow(/ENOENT/);
  });
});

it('money has a sign, cents and thousands', () => {
  expect([1234.5, -89.2, 0, -0.001, undefined].map((amount) => formatMoney(amount))).toEqual([
    '$1,234.50',
    '-$89.20',
    '$0.00',
    '$0.00',
    'unknown',
  ]);
});
