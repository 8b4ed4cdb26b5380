import { describe, expect, it } from 'vitest';
import { newestOnPaper, type Promotion, type TradingMode } from '../../../src/deployments/promotion.js';
import { acceptanceAlerts } from '../../../src/names.js';
import { plainPaint as paint } from '../../../src/reports/paint.js';
import { promotionLine, renderAcceptance } from '../../../src/reports/promotion-text.js';
import { isPassed, type Acceptance, type AcceptanceVerdict } from '../../../src/reports/promotion.js';

const pass: Promotion = {
  operator: 'alice',
  window_seconds: 86_400,
  trading_mode: 'paper',
  values: [],
  passed_at: 1_700_000_000,
};

function acceptance(verdict: AcceptanceVerdict, judged = 1, tradingMode: TradingMode = 'paper'): Acceptance {
  return {
    at: 1_700_000_000,
    windowSeconds: 86_400,
    tradingMode,
    judged,
    checks: acceptanceAlerts.map((alertname, index) => ({
      alertname,
      verdict: index === 1 ? verdict : 'holds',
      note: '',
      values: [{ alertname, of: '', value: null, worst: 0.4, limit: 0.5, known: 0.9499 }],
    })),
  };
}

describe('a promotion', () => {
  it('is passed where every threshold holds, and nothing else', () => {
    expect(isPassed(acceptance('holds'))).toBe(true);
    for (const verdict of ['failed', 'not enough data', 'unknown'] as const)
      expect(isPassed(acceptance(verdict))).toBe(false);
  });

  it('is passed on paper alone, and says so where it is not', () => {
    for (const mode of ['live', 'other', 'unknown'] as const)
      expect(isPassed(acceptance('holds', 1, mode))).toBe(false);
    expect(renderAcceptance(acceptance('holds', 1, 'live'), paint)).toContain(
      'Not passed: not on paper (trading mode live).',
    );
    expect(renderAcceptance(acceptance('failed', 1, 'unknown'), paint)).toContain(
      'Not passed: failed: Response time; nobody knows whether it trades on paper.',
    );
  });

  it('that was taken while trading live is none', () => {
    const live: Promotion = { ...pass, trading_mode: 'live' };
    expect(newestOnPaper([live])).toBeUndefined();
    expect(newestOnPaper([live, pass, { ...pass, operator: 'bob' }])).toBe(pass);
  });

  it('tells a number of answers as one, beside a share of the same threshold', () => {
    const [risk] = acceptance('holds').checks.filter(({ alertname }) => alertname === 'RiskLimitBreached');
    if (risk === undefined) throw new Error('risk limits are a threshold');
    const answers = { alertname: risk.alertname, query: 'query_2', of: 'status_code="423"' } as const;
    const values = [{ ...answers, value: 0, worst: 2, limit: 0, known: 1 }];
    const text = renderAcceptance({ ...acceptance('holds'), checks: [{ ...risk, values }] }, paint);
    expect(text).toContain('status_code="423": now 0, worst 2 (limit 0), known for 100% of the window');
  });

  it('never says more than is known', () => {
    const text = renderAcceptance(acceptance('not enough data', 0.9499), paint);
    expect(text).toContain('now unknown, worst ');
    expect(text).toContain('known for 94.9% of the window');
    expect(text).toContain('Rules were evaluated for 94.9% of the window; 95% are asked for.');
    expect(text).toContain('Not passed: not enough data: Response time.');
    expect(renderAcceptance(acceptance('holds'), paint)).not.toContain('Rules were evaluated');
  });

  it('is missed where real money is traded with, and only there', () => {
    expect(promotionLine('live', undefined)).toMatchObject({ level: 'warn' });
    expect(promotionLine('live', pass)).toMatchObject({
      level: 'ok',
      detail:
        'trading mode live; the acceptance thresholds were passed 2023-11-14T22:13:20Z (alice), over 1d 0h',
    });
    for (const mode of ['paper', 'other', 'unknown'] as const)
      expect(promotionLine(mode, undefined).level).toBe('ok');
  });
});
