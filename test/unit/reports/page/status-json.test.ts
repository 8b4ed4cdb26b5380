import { expect, it } from 'vitest';
import { historyKey } from '../../../../src/reports/page/history.js';
import { statusJson } from '../../../../src/reports/page/status-json.js';
import { canary, collapse, judgement, now, statusView } from './status-samples.js';

it('the status for programs has null for what is unknown, and is named as the rest of the API', () => {
  const checks = [
    { ...collapse, values: [{ of: '', query: 'query', value: undefined, limits: [0.7] }] },
  ] as const;
  const groups = judgement().groups.map((group) => ({ ...group, checks }));
  const history = { start: now - 60, end: now, gapSeconds: 15, curves: [[[now, 0.38]]] } as const;
  const document: unknown = JSON.parse(
    statusJson(
      statusView({
        judged: { state: 'known', at: now, value: judgement({ groups }) },
        histories: { state: 'known', at: now, value: { [historyKey(canary.id, collapse)]: history } },
        checklists: { state: 'unknown', reason: 'it does not answer' },
      }),
    ),
  );
  const quantity = 'share of the most frequent action';
  expect(document).toMatchObject({
    kill_switch: { on: false },
    last_ended: null,
    judged: {
      value: {
        groups: [{ after_rollback: false, checks: [{ quantity, values: [{ value: null, quantity }] }] }],
      },
    },
    histories: {
      value: [
        {
          deployment: canary.id,
          alertname: 'QscActionCollapse',
          severity: 'critical',
          curves: [[[now, 0.38]]],
        },
      ],
    },
    checklists: { state: 'unknown', reason: 'it does not answer' },
  });
  expect(JSON.stringify(Object.keys(document as object))).not.toMatch(/[A-Z]/);
});
