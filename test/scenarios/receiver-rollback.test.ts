import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

const removeBad = { 'roll.sh': 'cat > input.json\nenv > environment\nrm -f bad' };

/** A receiver with a canary under observation and something to roll back. */
async function withCanary(
  options: Parameters<typeof ReceiverBench.create>[0],
): Promise<{ bench: ReceiverBench; canary: string }> {
  const bench = await ReceiverBench.create(options);
  writeFileSync(join(bench.root, 'bad'), '');
  await bench.start();
  const { id } = await bench.startCanary();
  return { bench, canary: id };
}

describe('a violation', () => {
  it('is rolled back, verified and on record', async () => {
    const { bench, canary } = await withCanary({ rollbacks: scriptPlan('roll.sh'), scripts: removeBad });
    expect(canary).toMatch(/^canary-patchtst-\d{8}t\d{6}z$/);
    expect(await bench.alert(firing(canary))).toBe(200);

    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({
      plan: 'qsc',
      deployment: canary,
      mode: 'auto',
      result: 'succeeded',
      trigger: {
        source: 'webhook',
        alertname: 'QscDeadZone',
        description: 'HOLD share is 0.912, limit 0.85',
        expression: 'hold_ratio > 0.85',
      },
      methods: [
        {
          name: 'script',
          argv: [join(bench.root, 'roll.sh')],
          exit_code: 0,
          timed_out: false,
          verification: [{ check: `file_absent ${join(bench.root, 'bad')}`, ok: true }],
        },
      ],
    });
    expect(bench.runs()).toEqual([`roll.sh ${rollback.id} webhook`]);
    const input = JSON.parse(readFileSync(join(bench.root, 'input.json'), 'utf8')) as object;
    expect(input).toMatchObject({ rollback: rollback.id, plan: 'qsc', deployment: canary });
    expect(readFileSync(join(bench.root, 'environment'), 'utf8')).toContain('ROLLBACK_MODEL=patchtst\n');

    expect(bench.verdict()).toMatchObject({ ok: true });
    const types = bench.ledgerLines().map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual([
      'deployment_started',
      'rollback_started',
      'deployment_ended',
      'method_started',
      'method_exited',
      'method_finished',
      'restart',
      'rollback_finished',
    ]);
    expect((await bench.deployments())[0]).toMatchObject({ id: canary, outcome: 'rolled_back' });
    // Written beside the rollback, which does not wait for it.
    const path = join(bench.folder, 'state', 'observation.json');
    const told = await poll(
      () => (readFileSync(path, 'utf8').includes('"canary":null') ? true : undefined),
      10,
    );
    expect(told).toBe(true);

    const labels = `plan="qsc",deployment="${canary}"`;
    expect(await bench.metric('redline_rollbacks_total{plan="qsc",result="succeeded"}')).toBe(1);
    expect(await bench.metric(`redline_rollback_last_success_timestamp_seconds{${labels}}`)).toBe(
      rollback.ended_at,
    );
    expect(await bench.metric(`redline_rollback_last_failure_timestamp_seconds{${labels}}`)).toBeUndefined();
    expect(await bench.metric('redline_rollback_running_since_timestamp_seconds{plan="qsc"}')).toBe(0);
    expect(
      await bench.metric(`redline_deployment_open{kind="canary",deployment="${canary}",model="patchtst"}`),
    ).toBe(0);
  });

  it('starts one rollback, however many alerts come, and however often', async () => {
    const { bench, canary } = await withCanary({
      rollbacks: scriptPlan('roll.sh'),
      scripts: { 'roll.sh': 'sleep 1\nrm -f bad' },
    });
    const both = [firing(canary), firing(canary, 'QscActionCollapse')];
    const sent = [
      bench.alert(...both),
      ...Array.from({ length: 20 }, () => bench.alert(firing(canary))),
      ...Array.from({ length: 20 }, (_, index) =>
        bench.alert(
          firing(canary, 'QscDeadZone', { startsAt: new Date(index).toISOString(), fingerprint: `${index}` }),
        ),
      ),
      bench.alert(firing(canary, 'QscModelChaos')),
    ];
    expect(new Set(await Promise.all(sent))).toEqual(new Set([200]));
    const rollback = await bench.finishedRollback();
    await bench.alert(...both);
    await bench.alert({ ...firing(canary), status: 'resolved' });
    await poll(async () => ((await bench.metric('redline_inbox_pending')) === 0 ? true : undefined), 10);

    expect(await bench.rollbacks()).toHaveLength(1);
    expect(bench.runs()).toHaveLength(1);
    const names = (await bench.rollbacks())[0]?.evidence.map(({ alertname }) => alertname);
    const started = rollback.trigger.alertname ?? '';
    const all = ['QscDeadZone', 'QscActionCollapse', 'QscModelChaos'];
    expect([started, ...(names ?? [])].sort()).toEqual(all.sort());
    expect(bench.facts('violation_ignored')).toMatchObject([{ reason: 'resolved', deployment: canary }]);
  });

  it('of another deployment, an ended one or an unknown plan starts nothing, and is recorded once', async () => {
    const { bench, canary } = await withCanary({ rollbacks: scriptPlan('roll.sh'), scripts: removeBad });
    const others = [
      firing('canary-patchtst-20200101t000000z'),
      firing(canary, 'QscDeadZone', { labels: { alertname: 'X', rollback: 'nope', deployment: canary } }),
      firing(canary, 'QscDeadZone', { labels: { alertname: 'X', rollback: 'qsc' } }),
      { ...firing(canary), status: 'resolved' },
    ];
    await bench.post(`/api/deployments/${canary}/end`, { outcome: 'accepted' });
    for (let times = 0; times < 3; times += 1) await bench.alert(firing(canary), ...others);
    await poll(async () => ((await bench.metric('redline_inbox_pending')) === 0 ? true : undefined), 10);
    expect(await bench.rollbacks()).toEqual([]);
    expect(bench.facts('violation_ignored').map(({ reason }) => reason)).toEqual([
      'deployment_ended',
      'unknown_deployment',
      'unknown_plan',
      'no_deployment',
      'resolved',
    ]);
    expect(await bench.metric('redline_decisions_total{decision="deployment_ended"}')).toBe(3);
  });

  it('is rolled back again in the next deployment', async () => {
    const { bench, canary } = await withCanary({ rollbacks: scriptPlan('roll.sh'), scripts: removeBad });
    await bench.alert(firing(canary));
    await bench.finishedRollback();
    const next = await bench.startCanary();
    await bench.alert(firing(canary), firing(next.id));
    const second = await poll(async () => {
      const [newest] = await bench.rollbacks();
      return newest?.deployment === next.id && newest.result !== null ? newest : undefined;
    }, 20);
    expect(second?.result).toBe('succeeded');
    expect(bench.runs()).toHaveLength(2);
  });

  it('is decided and recorded in shadow mode, and nothing runs', async () => {
    const { bench, canary } = await withCanary({
      rollbacks: scriptPlan('roll.sh'),
      scripts: removeBad,
      config: { receiver: { mode: 'shadow' } },
    });
    await bench.alert(firing(canary));
    expect(await bench.finishedRollback()).toMatchObject({ mode: 'shadow', result: 'shadow', methods: [] });
    expect((await bench.deployments())[0]).toMatchObject({ outcome: null });
    expect(bench.runs()).toEqual([]);
    expect(await bench.metric('redline_receiver_mode{mode="shadow"}')).toBe(1);
  });
});

describe('a method', () => {
  it('that fails, does not verify or cannot start gives way to the next', async () => {
    const verify = [{ file_absent: '${root}/bad' }];
    const method = (name: string): object => ({
      name: name.replace('.sh', ''),
      command: [`./${name}`],
      timeout: '10s',
      verify,
      verify_timeout: '300ms',
    });
    const { bench, canary } = await withCanary({
      rollbacks: {
        qsc: {
          methods: ['missing.sh', 'failing.sh', 'killed.sh', 'idle.sh', 'good.sh', 'spare.sh'].map(method),
        },
      },
      scripts: {
        'failing.sh': 'echo broken; exit 9',
        'killed.sh': 'kill -KILL $$',
        'idle.sh': 'exit 0',
        'good.sh': 'rm bad',
        'spare.sh': 'exit 0',
      },
    });
    await bench.alert(firing(canary));
    const { result, methods } = await bench.finishedRollback();
    expect(result).toBe('succeeded');
    expect(methods).toMatchObject([
      { name: 'missing', exit_code: null, error: `${join(bench.root, 'missing.sh')} does not exist` },
      { name: 'failing', exit_code: 9, output: 'broken\n', verification: [] },
      { name: 'killed', exit_code: null, signal: 'SIGKILL' },
      { name: 'idle', exit_code: 0, verification: [{ ok: false, detail: 'it exists' }] },
      { name: 'good', exit_code: 0, verification: [{ ok: true }] },
    ]);
    expect(bench.runs()).toHaveLength(4);
  });

  it('that runs out of time is ended with all that it started', async () => {
    const { bench, canary } = await withCanary({
      rollbacks: scriptPlan('hangs.sh', { timeout: '1s' }),
      scripts: {
        'hangs.sh': `bash -c 'trap "" TERM; echo $BASHPID > grandchild; while :; do sleep 1; done' &\nwait`,
      },
    });
    await bench.alert(firing(canary));
    const { result, methods, note } = await bench.finishedRollback();
    expect({ result, note }).toEqual({ result: 'failed', note: 'no method did it' });
    expect(methods).toMatchObject([{ timed_out: true, verification: [] }]);
    const grandchild = readFileSync(join(bench.root, 'grandchild'), 'utf8').trim();
    const status = existsSync(`/proc/${grandchild}/stat`)
      ? readFileSync(`/proc/${grandchild}/stat`, 'utf8')
      : 'gone';
    expect(status).toMatch(/gone|\) Z /);
    expect(await bench.metric('redline_rollbacks_total{plan="qsc",result="failed"}')).toBe(1);
  });
});

describe('a rollback by hand', () => {
  it('runs for the newest deployment, also after a failed one and in shadow mode', async () => {
    const { bench, canary } = await withCanary({
      rollbacks: scriptPlan('roll.sh', { verify_timeout: '200ms' }),
      scripts: { 'roll.sh': 'test -e allowed || exit 1\nrm -f bad' },
      config: { receiver: { mode: 'shadow' } },
    });
    const order = { plan: 'qsc', reason: 'looks wrong', operator: 'kari' };
    const failed = await bench.post('/api/rollbacks', order);
    expect(failed.status).toBe(202);
    expect(await failed.json()).toMatchObject({ rollback: { deployment: canary, result: null } });
    expect((await bench.finishedRollback()).result).toBe('failed');

    writeFileSync(join(bench.root, 'allowed'), '');
    expect((await bench.post('/api/rollbacks', order)).status).toBe(202);
    expect(await bench.finishedRollback()).toMatchObject({
      deployment: canary,
      result: 'succeeded',
      trigger: { source: 'manual', alertname: null, reason: 'looks wrong', operator: 'kari' },
    });
  });

  it('runs without any deployment, is refused while one runs, and for a plan that is none', async () => {
    const bench = await ReceiverBench.create({
      rollbacks: scriptPlan('roll.sh'),
      scripts: { 'roll.sh': 'until test -e go; do sleep 0.1; done' },
    });
    await bench.start();
    const order = { plan: 'qsc', reason: 'drill' };
    expect((await bench.post('/api/rollbacks', { plan: 'nope', reason: 'x' })).status).toBe(404);
    expect((await bench.post('/api/rollbacks', { plan: 'qsc', reason: '' })).status).toBe(400);
    expect((await bench.post('/api/rollbacks', order)).status).toBe(202);
    const second = await bench.post('/api/rollbacks', order);
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ error: expect.stringContaining('is running') as string });
    await expect(bench.startCanary()).rejects.toThrow('is running');
    writeFileSync(join(bench.root, 'go'), '');
    expect(await bench.finishedRollback()).toMatchObject({ deployment: 'none', result: 'succeeded' });
  });
});
