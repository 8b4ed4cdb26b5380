import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { exitCodeOf, passGate } from '../../src/commands/pass-gate.js';
import { ReceiverClient } from '../../src/commands/receiver-client.js';
import { Progress } from '../../src/commands/terminal.js';
import { CanaryStack, type Votes } from '../support/canary-stack.js';
import { eventsThatAgree, eventsThatContradict, healthyEvents } from '../support/events.js';
import type { ProgramOutcome } from '../support/run-program.js';

const answerSchema = z.object({
  result: z.string(),
  overall: z.string().optional(),
  reasons: z.record(z.string(), z.array(z.string())),
  warnings: z.array(z.string()),
  window: z.object({ events: z.number().optional() }),
});

let stack: CanaryStack;
beforeAll(async () => {
  stack = await CanaryStack.start();
});
afterAll(async () => {
  await stack.stop();
});

/** Writes events and asks the gate about them alone. */
async function gateOn(events: readonly Votes[], ...args: string[]): Promise<ProgramOutcome> {
  const cutover = await stack.writeEvents(events);
  return stack.redline('gate', '--after', String(cutover), ...args);
}

/** The same as a script would ask; `said` is about patchtst and the ensemble. */
async function judge(events: readonly Votes[]) {
  const { code, stdout } = await gateOn(events, '--json');
  const { reasons, ...answer } = answerSchema.parse(JSON.parse(stdout));
  return { code, ...answer, said: [...(reasons.patchtst ?? []), ...(reasons[''] ?? [])] };
}

/** Confidences: `each` at both ends at a distance from the middle, the rest at the middle, of 200. */
const spread = (each: number, distance: number) => (index: number) => ({
  confidence: index < each ? 0.5 - distance : index < 2 * each ? 0.5 + distance : 0.5,
});
const holdFirst = (count: number) => (index: number) => ({
  action: index < count ? 'HOLD' : index % 2 === 0 ? 'BUY' : 'SELL',
});

/** Restarts the engine just before the gate is asked, and then whenever a cutover is registered, up to so many times. */
async function gateWhileRestarting(times: number) {
  const registered: number[] = [];
  const engines: ChildProcess[] = [];
  const restartEngine = (): void => {
    engines.at(-1)?.kill('SIGKILL');
    const engine = spawn('sleep', ['300'], { stdio: 'ignore' });
    engines.push(engine);
    writeFileSync(join(stack.directory, 'engine.pid'), `${engine.pid ?? 0}\n`);
  };
  onTestFinished(async () => {
    writeFileSync(join(stack.directory, 'engine.pid'), `${process.pid}\n`);
    engines.at(-1)?.kill('SIGKILL');
    await stack.waitFor('quantum_unit_active{role="engine"}');
  });
  class WatchedReceiver extends ReceiverClient {
    override async registerCutover(cutover: number): Promise<void> {
      await super.registerCutover(cutover);
      registered.push(cutover);
      if (registered.length <= times) restartEngine();
    }
  }
  restartEngine();
  const report = await passGate(
    {
      prometheus: stack.prometheus,
      receiver: new WatchedReceiver(stack.config),
      progress: new Progress(),
    },
    { cutover: undefined, mode: 'canary', model: undefined },
  );
  const started = async (): Promise<number | undefined> =>
    (await stack.prometheus.query('quantum_unit_active_enter_timestamp_seconds{role="engine"}'))[0]?.value;
  return { report, registered, started };
}

describe('the gate, at its edges', () => {
  it('passes at exactly 200 events and refuses at 199', async () => {
    expect(await judge(healthyEvents(200))).toMatchObject({
      code: 0,
      result: 'PASS',
      overall: 'GO',
      said: [],
    });
    expect(await judge(healthyEvents(199))).toMatchObject({
      code: 2,
      result: 'FAIL',
      overall: 'NO-GO',
      said: ['Too few events: 199 (at least 200)'],
      window: { events: 199 },
    });
  });

  it('passes an action at exactly 70% and refuses 70.5%', async () => {
    expect(await judge(healthyEvents(200, holdFirst(140)))).toMatchObject({ code: 0 });
    const above = await judge(healthyEvents(200, holdFirst(141)));
    expect(above.code).toBe(2);
    expect(above.said).toContain('Action collapse: HOLD 70.5% (limit 70%)');
  });

  it('calls HOLD a dead zone above 85%, not at 85%', async () => {
    const at = await judge(healthyEvents(200, holdFirst(170)));
    expect(at.said.filter((reason) => reason.startsWith('Dead zone'))).toEqual([]);
    const above = await judge(healthyEvents(200, holdFirst(171)));
    expect(above.said).toContain('Dead zone: HOLD 85.5% (limit 85%)');
  });

  it('passes a deviation of exactly 0.05 and refuses one below', async () => {
    expect(await judge(healthyEvents(200, spread(25, 0.1)))).toMatchObject({ code: 0, overall: 'GO' });
    expect(await judge(healthyEvents(200, spread(25, 0.0999)))).toMatchObject({
      code: 2,
      said: ['Flat predictions: std 0.04995 (at least 0.05)'],
    });
  });

  it('passes a range of exactly 0.12 and refuses one below', async () => {
    expect(await judge(healthyEvents(200, spread(100, 0.06)))).toMatchObject({ code: 0, overall: 'GO' });
    expect(await judge(healthyEvents(200, spread(100, 0.0599)))).toMatchObject({
      code: 2,
      said: ['Narrow range: p90-p10 0.1198 (at least 0.12)'],
    });
  });

  it('refuses a frozen model, and says all of it', async () => {
    const { code, said } = await judge(healthyEvents(200, () => ({ confidence: 0.62 })));
    expect(code).toBe(2);
    expect(said).toEqual([
      'Constant output: std 0.0000 (at least 0.01), p90-p10 0.0000 (at least 0.001)',
      'Flat predictions: std 0.0000 (at least 0.05)',
      'Narrow range: p90-p10 0.0000 (at least 0.12)',
    ]);
  });

  it('refuses a single invalid confidence, and takes a logit and numeric text for what they are', async () => {
    const single = (confidence: unknown) => (index: number) => (index === 7 ? { confidence } : {});
    expect(await judge(healthyEvents(200, single(-0.1)))).toMatchObject({
      code: 2,
      said: ['Invalid confidences: 1 (limit 0)'],
    });
    expect(await judge(healthyEvents(200, single('NaN')))).toMatchObject({ code: 2 });
    expect(await judge(healthyEvents(200, single(7.3)))).toMatchObject({ code: 0 });
    expect(await judge(healthyEvents(200, single('0.7')))).toMatchObject({ code: 0 });
  });

  it('says GO at an agreement of exactly 55% and 80%, and WAIT outside', async () => {
    expect(await judge(eventsThatAgree(200, 20))).toMatchObject({ code: 0, overall: 'GO' });
    expect(await judge(eventsThatAgree(200, 120))).toMatchObject({ code: 0, overall: 'GO' });
    expect(await judge(eventsThatAgree(200, 19))).toMatchObject({
      code: 0,
      overall: 'WAIT',
      said: ['Ensemble agreement: 54.8% (allowed 55% to 80%)'],
      warnings: ['A canary activated now would be rolled back by QscEnsembleDysfunction.'],
    });
    expect(await judge(eventsThatAgree(200, 121))).toMatchObject({
      code: 0,
      overall: 'WAIT',
      said: ['Ensemble agreement: 80.3% (allowed 55% to 80%)'],
    });
  });

  it('says WAIT from 20% of contradictions on, and that a canary would be rolled back above', async () => {
    expect(await judge(eventsThatContradict(200, 39))).toMatchObject({ code: 0, overall: 'GO' });
    expect(await judge(eventsThatContradict(200, 40))).toMatchObject({
      code: 0,
      overall: 'WAIT',
      said: ['Hard disagreement: 20.0% (limit 20%)'],
      warnings: [],
    });
    expect(await judge(eventsThatContradict(200, 41))).toMatchObject({
      code: 0,
      overall: 'WAIT',
      warnings: ['A canary activated now would be rolled back by QscModelChaos.'],
    });
  });
});

describe('the gate, for people', () => {
  it('prints the verdict like the runbook and leaves a report', async () => {
    const { code, stdout, stderr } = await gateOn(healthyEvents(342));
    expect(code).toBe(0);
    expect(stdout).toContain('✅ QUALITY GATE: PASS\n   Safe to proceed with canary activation');
    expect(stdout).toContain('342 events since');
    expect(stderr).toContain('waiting for a scrape');
    const [text] = readdirSync(stack.path('reports/safety'))
      .filter((name) => /^quality_gate_\d{8}T\d{6}Z\.txt$/.test(name))
      .sort()
      .reverse();
    expect(stderr).toContain(text);
    expect(stdout).toBe(readFileSync(stack.path(`reports/safety/${text ?? ''}`), 'utf8'));
  });

  it('asks that a model which is named is judged', async () => {
    const absent = await gateOn(healthyEvents(200), '--model', 'nhits');
    expect(absent.code).toBe(2);
    expect(absent.stdout).toContain(
      'nhits is not judged: no event after the cutover names it. Judged are patchtst, xgb.',
    );
    expect((await gateOn(healthyEvents(200), '--model', 'patchtst')).code).toBe(0);
  });

  it('never passes in collection mode: 3 at 100 events, 2 below', async () => {
    const complete = await gateOn(healthyEvents(100), '--mode', 'collection');
    expect(complete.code).toBe(3);
    expect(complete.stdout).toContain('COLLECTION COMPLETE');
    const incomplete = await gateOn(healthyEvents(99), '--mode', 'collection');
    expect(incomplete.code).toBe(2);
    expect(incomplete.stdout).toContain('99 events so far');
  });

  it('judges nothing where nothing happened after the cutover', async () => {
    const { code, stdout } = await gateOn([]);
    expect(code).toBe(2);
    expect(stdout).toContain('No model is judged');
    expect(stdout).toContain('0 of 200 events: wait for more data (200 more)');
  });

  it('takes the start of the engine for the cutover where none is named', async () => {
    const { stdout } = await stack.redline('gate', '--json');
    const started = (
      await stack.prometheus.query('quantum_unit_active_enter_timestamp_seconds{role="engine"}')
    )[0];
    expect(started?.value).toBeGreaterThan(0);
    expect(JSON.parse(stdout)).toMatchObject({ cutover: started?.value });
  });

  it('starts over with the new start where the engine is restarted meanwhile', async () => {
    const { report, registered, started } = await gateWhileRestarting(1);
    expect(report.outcome.known).toBe(true);
    expect(registered).toHaveLength(2);
    expect(registered[0]).not.toBe(registered[1]);
    expect(report.cutover).toBe(registered[1]);
    expect(await started()).toBe(report.cutover);
  });

  it('does not begin with a start from before a restart that no scrape has shown yet', async () => {
    const { registered, started } = await gateWhileRestarting(0);
    expect(registered).toEqual([await started()]);
  });

  it('says no, with exit 2, where the engine is restarted again and again', async () => {
    const { report, registered } = await gateWhileRestarting(Infinity);
    expect(registered).toHaveLength(3);
    expect(report.outcome).toMatchObject({
      known: false,
      missing: expect.stringContaining('restarted 3 times') as unknown,
    });
    expect(exitCodeOf(report)).toBe(2);
  });

  it.each([
    ['tomorrow', /"tomorrow" is no time/],
    ['2199-01-01T00:00:00Z', /lies in the future/],
  ])('refuses %s as a cutover, with exit 1', async (after, message) => {
    const { code, stderr, stdout } = await stack.redline('gate', '--after', after);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});

// Each ends a part, so these come last.
describe('the gate without telemetry', () => {
  it('says no when the receiver is down', async () => {
    await stack.stopPart('receiver', 'SIGKILL');
    const { code, stdout } = await gateOn(healthyEvents(200));
    expect(code).toBe(2);
    expect(stdout).toContain('❌ QUALITY GATE: UNKNOWN (BLOCKER)');
    expect(stdout).toMatch(/The cutover could not be registered\. The receiver does not answer at http/);
    await stack.startPart('receiver');
  });

  it('says no when the exporter is down, although its last values still stand', async () => {
    await stack.stopPart('exporter', 'SIGKILL');
    const { code, stdout } = await gateOn(healthyEvents(200));
    expect(code).toBe(2);
    expect(stdout).toContain('UNKNOWN (BLOCKER)');
    expect(stdout).toMatch(/The exporter does not answer Prometheus at http/);
    await stack.startPart('exporter');
    await stack.waitFor('up{job="redline-exporter"}');
  });

  it('says no when Prometheus is down', async () => {
    await stack.stopPart('prometheus', 'SIGKILL');
    const { code, stdout } = await gateOn(healthyEvents(200));
    expect(code).toBe(2);
    expect(stdout).toMatch(/Prometheus at http\S+ does not answer/);
    expect(stdout).toContain('Start Prometheus, or set prometheus.url');
  });
});
