import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/deployments/deployment.js';
import type { Promotion } from '../../src/deployments/promotion.js';
import { acceptanceAlerts, goLiveCounters } from '../../src/names.js';
import { poll } from '../../src/platform/poll.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

const { qsc } = scriptPlan('roll.sh') as { qsc: object };
let bench: ReceiverBench;

beforeEach(async () => {
  bench = await ReceiverBench.create({
    rollbacks: { 'go-live': qsc },
    scripts: { 'roll.sh': 'rm -f bad' },
    config: { deployments: { go_live: { inputs: ['daily_result', 'positions'] } } },
  });
  await bench.start();
});

const zeros = goLiveCounters.map((counter) => ({ counter, value: 0 }));

async function send(changes: object): Promise<{ status: number; body: Deployment & { error?: string } }> {
  const response = await bench.post('/api/deployments', {
    kind: 'go-live',
    operator: 'alice',
    observation_seconds: 7200,
    settle_seconds: 1,
    start_values: zeros,
    ...changes,
  });
  return { status: response.status, body: (await response.json()) as Deployment & { error?: string } };
}

describe('a go-live', () => {
  it('is declared with all that its counters stood at, which its metrics tell, also after a restart', async () => {
    const values = goLiveCounters.map((counter, index) => ({ counter, value: index + 0.5 }));
    const { status, body } = await send({ start_values: values });
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: 'go-live', operator: 'alice', start_values: values });
    await bench.kill('SIGKILL');
    await bench.start();
    const labels = `deployment="${body.id}"`;
    for (const { counter, value } of values)
      expect(await bench.metric(`redline_deployment_start_value{${labels},counter="${counter}"}`)).toBe(
        value,
      );
    for (const input of ['daily_result', 'positions'])
      expect(
        await bench.metric(`redline_deployment_expected_input{${labels},kind="go-live",input="${input}"}`),
      ).toBe(1);
    expect(await bench.metric(`redline_deployment_open{kind="go-live",${labels},model=""}`)).toBe(1);
  });

  it('is refused where the order is no go-live', async () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ operator: ' ' }, /a go-live needs an operator/],
      [{ start_values: zeros.slice(1) }, /start_values lacks ess_triggers/],
      [{ start_values: [...zeros.slice(1), zeros[1]] }, /start_values holds twice: critical_errors/],
      [{ start_values: [{ counter: 'ess_triggers', value: -1 }] }, /start_values/],
      [{ start_values: [{ counter: 'luck', value: 1 }] }, /start_values/],
      [{ observation_seconds: null }, /observation_seconds is missing: a go-live ends by time/],
      [{ observation_seconds: 72 * 3600 + 1 }, /observation_seconds/],
      [{ started_at: 1_700_000_000 }, /belong to a calibration, not to a go-live/],
      [{ kind: 'production' }, /start_values belong to a go-live, not to a production/],
    ];
    for (const [changes, error] of cases) {
      const { status, body } = await send(changes);
      expect(status).toBe(400);
      expect(body.error).toMatch(error);
    }
    expect(await bench.deployments()).toEqual([]);
  });

  it('is one at a time with canaries and calibrations', async () => {
    await bench.startCanary();
    const { status, body } = await send({});
    expect(status).toBe(409);
    expect(body.error).toContain('is under observation');
  });

  it('is rolled back by the first of its alerts, once, and its incident file says what to look at', async () => {
    const { body } = await send({});
    const alert = (alertname: string): object =>
      firing(body.id, alertname, {
        labels: {
          alertname,
          severity: 'critical',
          runbook: 'go-live',
          rollback: 'go-live',
          deployment: body.id,
        },
      });
    await bench.alert(alert('GoLiveEssTriggered'));
    expect(await bench.finishedRollback()).toMatchObject({
      plan: 'go-live',
      deployment: body.id,
      result: 'succeeded',
    });
    await bench.alert(alert('GoLivePositionLimit'));
    expect(await poll(() => bench.facts('evidence_added')[0], 30)).toMatchObject({
      alertname: 'GoLivePositionLimit',
    });
    expect(bench.runs()).toHaveLength(1);
    const [rollback] = await bench.rollbacks();
    const file = join(bench.root, 'reports/incidents', `${rollback?.id ?? ''}.md`);
    const text = await poll(
      () => (bench.facts('incident_written')[0] ? readFileSync(file, 'utf8') : undefined),
      60,
    );
    expect(text).toContain('- [ ] Look at the exchange for open positions and orders');
    expect(text).toContain('`redline deploy start go-live --operator NAME`');
  });

  it('ends by hand, which leaves real trading on', async () => {
    await send({});
    const { code, stdout } = await bench.redline('deploy', 'end', '--outcome', 'accepted');
    expect(code).toBe(0);
    expect(stdout).toContain('Real trading stays on and nobody watches it.');
    expect(stdout).toContain('rollback go-live --reason');
  });

  it('that ends by time without a Prometheus to judge it is not passed', async () => {
    const { body } = await send({ observation_seconds: 1 });
    const ended = await poll(async () => {
      const [newest] = await bench.deployments();
      return newest?.outcome === 'completed' ? newest : undefined;
    }, 30);
    expect(ended).toMatchObject({ id: body.id, completion: null });
  });
});

describe('a pass of the acceptance thresholds', () => {
  const value = { of: '', value: 0.001, worst: 0.004, limit: 0.01, known: 0.99 };
  const pass = {
    operator: 'alice',
    window_seconds: 86_400,
    trading_mode: 'paper',
    values: acceptanceAlerts.map((alertname) => ({ alertname, ...value })),
  };
  const passes = async (): Promise<Promotion[]> =>
    (await bench.get<{ promotions: Promotion[] }>('/api/promotions')).promotions;

  it('is kept over a restart, the newest first, and stands in the audit', async () => {
    expect(await passes()).toEqual([]);
    expect((await bench.post('/api/promotions', pass)).status).toBe(201);
    expect((await bench.post('/api/promotions', { ...pass, operator: 'bob' })).status).toBe(201);
    await bench.kill('SIGTERM');
    await bench.start();
    expect(await passes()).toMatchObject([{ ...pass, operator: 'bob' }, pass]);
    expect((await bench.redline('audit')).stdout).toMatch(
      /the acceptance thresholds were passed over 1d 0h, trading mode paper by alice/,
    );
    expect(bench.verdict()).toMatchObject({ ok: true });
  });

  it('names every threshold, and needs the token', async () => {
    const response = await bench.post('/api/promotions', { ...pass, values: pass.values.slice(1) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'values lacks ApiErrorRateAboveAcceptance' });
    const [first, ...others] = pass.values;
    for (const [changes, error] of [
      [{ trading_mode: 'live' }, /^trading_mode is live/],
      [{ window_seconds: 600 }, /^window_seconds is 600/],
      [
        { values: [{ ...first, known: 0.94 }, ...others] },
        /^values of ApiErrorRateAboveAcceptance were known for less than 95% of the window/,
      ],
    ] as const) {
      const refused = await bench.post('/api/promotions', { ...pass, ...changes });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ error: expect.stringMatching(error) as string });
    }
    const strange = await bench.post('/api/promotions', pass, { authorization: 'Bearer wrong' });
    expect(strange.status).toBe(403);
    expect(await passes()).toEqual([]);
  });
});
