import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { ReceiverBench, scriptPlan } from '../support/receiver.js';
import { distribution, report, reportMachine, residentMegabytes } from './measure.js';

const run = promisify(execFile);
const answers = z.object({
  statuses: z.record(z.string(), z.number()),
  milliseconds: z.array(z.number()),
});

interface Load {
  readonly count: number;
  /** webhooks a second; 0: as fast as they are taken */
  readonly rate: number;
  readonly concurrency: number;
}

reportMachine();

describe('webhooks', () => {
  it('are acknowledged, durably, at 200 a second', async () => {
    const { bench, deployment } = await startReceiver();
    const { statuses, milliseconds } = await load(bench, deployment, {
      count: 6000,
      rate: 200,
      concurrency: 50,
    });
    expect(statuses).toEqual({ 200: 6000 });
    report(`webhook acknowledged at 200 a second for 30 s, from its due time: ${distribution(milliseconds)}`);
    await expectOneRollback(bench, 6000);
  });

  it.each([
    ['as fast as they are taken, over 50 connections', { count: 10_000, rate: 0, concurrency: 50 }],
    ['within a minute', { count: 10_000, rate: 10_000 / 60, concurrency: 50 }],
  ])('10,000 of them %s', async (how, wanted) => {
    const { bench, deployment } = await startReceiver();
    const before = residentMegabytes(bench.pid);
    const started = performance.now();
    const { statuses, milliseconds } = await load(bench, deployment, wanted);
    const seconds = (performance.now() - started) / 1000;
    expect(statuses).toEqual({ 200: wanted.count });
    await expectOneRollback(bench, wanted.count);
    const after = residentMegabytes(bench.pid);
    report(
      `10,000 webhooks ${how}: ${seconds.toFixed(1)} s, ${distribution(milliseconds)}; resident ${before.toFixed(0)} -> ${after.toFixed(0)} MB; none lost, one rollback`,
    );
  });
});

async function startReceiver(): Promise<{ bench: ReceiverBench; deployment: string }> {
  const bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh'),
    scripts: { 'roll.sh': 'rm -f bad' },
  });
  await bench.start();
  return { bench, deployment: (await bench.startCanary()).id };
}

async function load(
  { url, token }: ReceiverBench,
  deployment: string,
  { count, rate, concurrency }: Load,
): Promise<z.infer<typeof answers>> {
  const program = join(packageRoot, 'test', 'bench', 'load.mjs');
  const args = [program, url, token, deployment, count, rate, concurrency].map(String);
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  return answers.parse(JSON.parse(stdout));
}

/** Every webhook that was answered 200 is accounted for by a decision, and one rollback ran. */
async function expectOneRollback(bench: ReceiverBench, sent: number): Promise<void> {
  const drained = await poll(
    async () => ((await bench.metric('redline_inbox_pending')) === 0 ? true : undefined),
    60,
  );
  expect(drained).toBe(true);
  expect((await bench.finishedRollback()).result).toBe('succeeded');
  expect(await bench.metric('redline_webhooks_total{code="200"}')).toBe(sent);
  const decided = (decision: string): Promise<number | undefined> =>
    bench.metric(`redline_decisions_total{decision="${decision}"}`);
  const [start, evidence, duplicate] = await Promise.all(['start', 'evidence', 'duplicate'].map(decided));
  expect({ start, evidence, duplicate }).toEqual({ start: 1, evidence: 4, duplicate: sent - 5 });
  expect(bench.runs()).toHaveLength(1);
  expect(bench.verdict()).toMatchObject({ ok: true });
}
