import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { firing, ReceiverBench, scriptMethod, scriptPlan } from '../support/receiver.js';

/** A receiver whose only script has begun to run for a canary. */
async function whileScriptRuns(
  script: string,
  changes: object = {},
  furtherMethods: readonly string[] = [],
): Promise<{ bench: ReceiverBench; canary: string }> {
  const methods = ['script', ...furtherMethods].map((name) =>
    scriptMethod('roll.sh', { verify_timeout: '20s', ...changes, name }),
  );
  const bench = await ReceiverBench.create({
    rollbacks: { qsc: { methods } },
    scripts: { 'roll.sh': script },
  });
  writeFileSync(join(bench.root, 'bad'), '');
  await bench.start();
  const { id } = await bench.startCanary();
  await bench.alert(firing(id));
  const runs = await poll(() => (bench.runs().length > 0 ? true : undefined), 20, 0.02);
  expect(runs).toBe(true);
  return { bench, canary: id };
}

async function untilVerifying(bench: ReceiverBench): Promise<void> {
  const exited = await poll(() => bench.facts('method_exited')[0], 10);
  expect(exited).toBeDefined();
}

/** The process group of a script that notes it in the file `pid`. */
async function scriptPid(bench: ReceiverBench): Promise<number> {
  const path = join(bench.root, 'pid');
  const text = await poll(() => {
    const noted = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return noted.endsWith('\n') ? noted : undefined;
  }, 10);
  return Number(text);
}

/** Files that say how a script ended. */
function keptOutcomes(bench: ReceiverBench): string[] {
  const folder = join(bench.folder, 'state', 'runs');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
}

/** As when the machine dies: receiver, supervisor and script at once. */
async function killWithSupervisor(bench: ReceiverBench): Promise<void> {
  const script = await scriptPid(bench);
  await bench.kill('SIGKILL');
  const status = readFileSync(`/proc/${script}/status`, 'utf8');
  process.kill(Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), 'SIGKILL');
  process.kill(-script, 'SIGKILL');
}

describe('a receiver killed', () => {
  it('while the script runs takes its end up, and runs it no second time', async () => {
    const { bench, canary } = await whileScriptRuns('until test -e go; do sleep 0.1; done; rm -f bad');
    await bench.kill('SIGKILL');
    await bench.start();
    // An alert that comes again meanwhile is the same violation.
    expect(await bench.alert(firing(canary))).toBe(200);
    writeFileSync(join(bench.root, 'go'), '');
    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({
      result: 'succeeded',
      trigger: { source: 'webhook' },
      note: 'interrupted while its script ran; the end of that was taken up',
      methods: [{ exit_code: 0, verification: [{ ok: true }] }],
    });
    expect(bench.runs()).toEqual([`roll.sh ${rollback.id} webhook`]);
    expect(await bench.rollbacks()).toHaveLength(1);
    expect(bench.facts('rollback_started')).toHaveLength(1);
    expect(bench.facts('rollback_finished')).toHaveLength(1);
    // Given up only once the result is on record.
    expect(await poll(() => (keptOutcomes(bench).length === 0 ? true : undefined), 10)).toBe(true);
    expect(bench.verdict()).toMatchObject({ ok: true });
  });

  it('while the script runs takes up the end of one that ended while no receiver ran', async () => {
    const { bench } = await whileScriptRuns('until test -e go; do sleep 0.1; done; rm -f bad; echo gone');
    await bench.kill('SIGKILL');
    writeFileSync(join(bench.root, 'go'), '');
    const kept = await poll(() => keptOutcomes(bench)[0], 10);
    expect(kept).toMatch(/\.1\.json$/);
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'succeeded',
      methods: [{ exit_code: 0, output: 'gone\n' }],
    });
    expect(bench.runs()).toHaveLength(1);
  });

  it('while the script runs ends it in its time, and goes on with the next method', async () => {
    const { bench } = await whileScriptRuns(
      'test $ROLLBACK_RUN = $ROLLBACK_ID.1 && sleep 600\nrm -f bad',
      { timeout: '1s' },
      ['again'],
    );
    await bench.kill('SIGKILL');
    const kept = await poll(() => keptOutcomes(bench)[0], 20);
    expect(kept).toBeDefined();
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'succeeded',
      methods: [
        { name: 'script', timed_out: true },
        { name: 'again', exit_code: 0 },
      ],
    });
    expect(bench.runs()).toHaveLength(2);
  });

  it('takes up a script that was killed as one that failed', async () => {
    const { bench } = await whileScriptRuns('echo $$ > pid; sleep 60');
    await bench.kill('SIGKILL');
    process.kill(-(await scriptPid(bench)), 'SIGKILL');
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'failed',
      methods: [{ exit_code: null, signal: 'SIGKILL' }],
    });
    expect(bench.runs()).toHaveLength(1);
  });

  it('runs the script again that died with its supervisor before its last step, though all that is verified holds', async () => {
    const { bench } = await whileScriptRuns(
      'rm -f bad\ntest $ROLLBACK_TRIGGER = recovery || { echo $$ > pid; sleep 60; }\ntouch restarted',
    );
    await killWithSupervisor(bench);
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'succeeded',
      note: 'interrupted and run again',
      methods: [{ exit_code: null }, { exit_code: 0 }],
    });
    expect(existsSync(join(bench.root, 'restarted'))).toBe(true);
  });

  it('while the script runs runs it again where the machine died with it', async () => {
    const { bench } = await whileScriptRuns(
      'test $ROLLBACK_TRIGGER = recovery || { echo $$ > pid; sleep 60; }\nrm -f bad',
    );
    await killWithSupervisor(bench);
    bench.configure({ rollbacks: scriptPlan('roll.sh', { verify_timeout: '300ms' }) });
    await bench.start();
    const rollback = await bench.finishedRollback();
    expect(rollback).toMatchObject({ result: 'succeeded', note: 'interrupted and run again' });
    expect(bench.runs()).toEqual([`roll.sh ${rollback.id} webhook`, `roll.sh ${rollback.id} recovery`]);
    expect(bench.facts('rollback_resumed')).toHaveLength(1);
    expect(bench.facts('rollback_finished')).toHaveLength(1);
  });

  it('while verifying verifies again at the next start', async () => {
    const { bench } = await whileScriptRuns('exit 0');
    await untilVerifying(bench);
    await bench.kill('SIGKILL');
    rmSync(join(bench.root, 'bad'));
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'succeeded',
      note: 'recovered: it was interrupted, and its state verified',
      methods: [{ exit_code: 0, verification: [{ ok: true }] }],
    });
    expect(bench.runs()).toHaveLength(1);
  });

  it('while verifying runs the script again where its state does not verify', async () => {
    const { bench } = await whileScriptRuns('test $ROLLBACK_TRIGGER = webhook || rm -f bad');
    await untilVerifying(bench);
    await bench.kill('SIGKILL');
    bench.configure({ rollbacks: scriptPlan('roll.sh', { verify_timeout: '300ms' }) });
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'succeeded',
      note: 'interrupted and run again',
    });
    expect(bench.runs()).toHaveLength(2);
  });

  it('between the last method and the result does not run it again', async () => {
    const { bench } = await whileScriptRuns('rm -f bad');
    await bench.finishedRollback();
    await bench.kill('SIGKILL');
    const lines = bench.ledgerLines();
    const finished = lines.findIndex((line) => line.includes('"type":"method_finished"'));
    writeFileSync(
      join(bench.folder, 'state', 'ledger.jsonl'),
      `${lines.slice(0, finished + 1).join('\n')}\n`,
    );
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({
      result: 'succeeded',
      methods: [{ exit_code: 0 }],
    });
    expect(bench.runs()).toHaveLength(1);
    expect(bench.facts('method_finished')).toHaveLength(1);
  });

  it('between accepting a webhook and acting on it acts at the next start, once', async () => {
    const bench = await ReceiverBench.create({
      rollbacks: scriptPlan('roll.sh'),
      scripts: { 'roll.sh': 'rm -f bad' },
    });
    await bench.start();
    const { id } = await bench.startCanary();
    await bench.kill('SIGKILL');
    const entry = { id: 7, received_at: 1, digest: 'd', alerts: [firing(id)] };
    const half = JSON.stringify({ ...entry, id: 8 }).slice(0, 40);
    appendFileSync(join(bench.folder, 'state', 'inbox.jsonl'), `${JSON.stringify(entry)}\n${half}`);
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({ result: 'succeeded', deployment: id });
    expect(bench.log).toContain('the last webhook was half written');
    await bench.kill('SIGKILL');
    await bench.start();
    await poll(async () => ((await bench.metric('redline_inbox_pending')) === 0 ? true : undefined), 10);
    expect(bench.runs()).toHaveLength(1);
    expect(bench.facts('rollback_started')).toHaveLength(1);
  });

  it('between the records of a beginning ends the deployment at the next start', async () => {
    const { bench, canary } = await whileScriptRuns('rm -f bad');
    await bench.finishedRollback();
    await bench.kill('SIGKILL');
    const path = join(bench.folder, 'state', 'ledger.jsonl');
    // As a power cut leaves it: the first of the records that were written together.
    const lines = bench.ledgerLines();
    writeFileSync(path, `${lines.slice(0, 2).join('\n')}\n`);
    await bench.start();
    expect(await bench.finishedRollback()).toMatchObject({ result: 'succeeded' });
    expect((await bench.deployments())[0]).toMatchObject({ id: canary, outcome: 'rolled_back' });
  });
});

describe('a receiver told to stop', () => {
  it('lets a running rollback finish', async () => {
    const { bench } = await whileScriptRuns('until test -e go; do sleep 0.1; done; rm -f bad');
    const ended = bench.kill('SIGTERM');
    writeFileSync(join(bench.root, 'go'), '');
    expect(await ended).toBe(0);
    expect(bench.facts('rollback_finished')).toMatchObject([{ result: 'succeeded' }]);
    expect(existsSync(join(bench.folder, 'state', 'lock.holder'))).toBe(false);
  });
});

describe('the ledger', () => {
  it('whose last record is torn is used without it, and says so', async () => {
    const bench = await ReceiverBench.create({ rollbacks: scriptPlan('roll.sh') });
    await bench.start();
    await bench.startCanary();
    await bench.kill('SIGKILL');
    const state = join(bench.folder, 'state');
    appendFileSync(join(state, 'ledger.jsonl'), '{"seq":2,"time":17');
    await bench.start();
    expect(await bench.deployments()).toHaveLength(1);
    expect(bench.log).toContain('the last record of the ledger was half written');
    expect(readdirSync(state).filter((name) => name.startsWith('ledger.jsonl.torn-'))).toHaveLength(1);
  });

  it('that was changed keeps the receiver from starting, and names the record', async () => {
    const bench = await ReceiverBench.create({ rollbacks: scriptPlan('roll.sh') });
    await bench.start();
    const { id } = await bench.startCanary();
    await bench.post(`/api/deployments/${id}/end`, { outcome: 'abandoned' });
    await bench.kill('SIGTERM');
    const path = join(bench.folder, 'state', 'ledger.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('patchtst', 'nhits'));
    const { code, stderr } = await bench.redline('receiver');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^redline: The ledger .*ledger\.jsonl is not whole: record 1: .*backup/m);
    expect(stderr).not.toContain('    at ');
  });
});
