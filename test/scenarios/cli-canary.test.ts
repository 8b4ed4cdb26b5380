import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { baselineText, CanaryStack } from '../support/canary-stack.js';
import { eventsThatAgree, healthyEvents } from '../support/events.js';
import type { PrivateSystemd } from '../support/private-systemd.js';
import { startSlowPrometheus } from '../support/slow-prometheus.js';
import { describeWithSystemd } from '../support/systemd-suite.js';

const unit = 'cli-engine.service';
const statusSchema = z.object({
  open: z.array(z.object({ id: z.string(), model: z.string(), weight: z.number() })),
  judged: z.object({ checks: z.array(z.object({ alertname: z.string(), state: z.string() })) }),
  lastRollback: z.object({ result: z.string(), trigger: z.object({ reason: z.string() }) }).optional(),
});
const lineSchema = z.object({ action: z.string(), canary_model: z.string() });

describeWithSystemd('the life of a canary on the command line', (systemd) => {
  let stack: CanaryStack;
  beforeAll(async () => {
    stack = await CanaryStack.start({
      systemd: { bus_address: systemd().busAddress, systemctl: './systemctl', engine_units: [unit] },
      files: { override_installed: join(systemd().units, '%u.d', 'qsc_canary.conf') },
      prepare: (laidOut) => startEngine(laidOut, systemd()),
    });
    await stack.waitFor('quantum_unit_active{role="engine"}');
  });
  afterAll(async () => {
    await stack.stop();
  });
  afterEach(() => {
    for (const mark of ['refuse-canary', 'slow-canary']) rmSync(stack.path(mark), { force: true });
  });

  const installed = (): string => join(systemd().units, `${unit}.d`, 'qsc_canary.conf');
  const weights = (): unknown => JSON.parse(readFileSync(stack.path('data/qsc_canary_weights.json'), 'utf8'));
  const startedWith = (): string => readFileSync(stack.path('started-with'), 'utf8').trim();

  /** What `canary activate` for patchtst gets on healthy events. */
  async function activate(...args: string[]) {
    const cutover = await stack.writeEvents(healthyEvents(250));
    return stack.redline('canary', 'activate', '--model', 'patchtst', '--cutover', String(cutover), ...args);
  }

  async function status() {
    const { code, stdout } = await stack.redline('deploy', 'status', '--json');
    return { code, ...statusSchema.parse(JSON.parse(stdout)) };
  }

  async function expectNothingChanged(): Promise<void> {
    expect(existsSync(installed())).toBe(false);
    expect((await status()).open).toEqual([]);
    expect(startedWith()).toBe('');
  }

  it('says that nothing is under observation, with exit 0', async () => {
    const { code, stdout } = await stack.redline('deploy', 'status');
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing is under observation.');
    expect(stdout).toContain('Last rollback: none');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows in a dry run what it would do, and changes nothing', async () => {
    const { code, stdout } = await activate('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('✅ QUALITY GATE PASSED\n   250 post-cutover events analyzed');
    expect(stdout).toContain('DRY RUN: nothing was changed');
    expect(stdout).toContain('[*] patchtst   10.0%  (canary)');
    expect(stdout).toContain('[ ] nhits      33.8%');
    expect(stdout).toContain(`systemctl restart ${unit}`);
    expect(stdout).toContain('Environment=QSC_CANARY_MODEL=patchtst');
    await expectNothingChanged();
    expect(existsSync(stack.path('data/qsc_canary_weights.json'))).toBe(false);
    expect(existsSync(stack.path('logs/qsc_canary.jsonl'))).toBe(false);
  });

  it('refuses what the gate refuses', async () => {
    const cutover = await stack.writeEvents(healthyEvents(199));
    const { code, stdout, stderr } = await stack.redline(
      ...['canary', 'activate', '--model', 'patchtst', '--cutover', String(cutover)],
    );
    expect(code).toBe(2);
    expect(stdout).toContain('❌ QUALITY GATE: FAIL (BLOCKER)');
    expect(stderr).toContain('Nothing was changed');
    await expectNothingChanged();
  });

  it('refuses what the gate lets wait and the monitor would roll back at once', async () => {
    const cutover = await stack.writeEvents(eventsThatAgree(200, 190));
    const { code, stdout } = await stack.redline(
      ...['canary', 'activate', '--model', 'patchtst', '--cutover', String(cutover)],
    );
    expect(code).toBe(2);
    expect(stdout).toContain('QscEnsembleDysfunction: it holds now for the ensemble');
    await expectNothingChanged();
  });

  it('refuses a model without a baseline weight, and a baseline that is none', async () => {
    const unknown = await stack.redline('canary', 'activate', '--model', 'fallback');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('fallback is not among the models of the baseline weights');
    writeFileSync(stack.path('data/baseline_model_weights.json'), '{}');
    const broken = await stack.redline('canary', 'activate', '--model', 'patchtst');
    writeFileSync(stack.path('data/baseline_model_weights.json'), baselineText);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain('are no weights');
    await stack.waitFor('quantum_file_valid{file="baseline_weights"}');
  });

  it('refuses when a rollback could not be carried out, and names each reason', async () => {
    const baseline = stack.path('data/baseline_model_weights.json');
    const script = stack.path('ops/model_safety/qsc_rollback.sh');
    writeFileSync(baseline, '{"xgb": 0.5, "patchtst": 0.4}');
    await stack.waitFor('quantum_weights_sum_ratio{file="baseline"}', 0.9);
    renameSync(script, `${script}.away`);
    writeFileSync(script, '#!/bin/bash\nif true; then\n', { mode: 0o755 });
    const { code, stdout } = await stack.redlineWith(
      { REDLINE_FILES_CANARY_LOG: 'data/baseline_model_weights.json/canary.jsonl' },
      ...['canary', 'activate', '--model', 'patchtst'],
    );
    renameSync(`${script}.away`, script);
    writeFileSync(baseline, baselineText);
    await stack.waitFor('quantum_weights_sum_ratio{file="baseline"}');
    expect(code).toBe(2);
    expect(stdout).toMatch(/FAIL {2}rollback plan qsc: .*qsc_rollback\.sh is not valid bash: .*syntax error/);
    expect(stdout).toContain('FAIL  baseline weights: they do not sum to 1');
    expect(stdout).toMatch(/FAIL {2}files: \S+canary\.jsonl cannot be written/);
  });

  it('refuses while Prometheus looks too seldom', async () => {
    const { code, stdout } = await stack.redlineWith(
      { REDLINE_PROMETHEUS_URL: await startSlowPrometheus(stack) },
      ...['canary', 'activate', '--model', 'patchtst'],
    );
    expect(code).toBe(2);
    expect(stdout).toMatch(/FAIL {2}pace of redline-receiver: http:\S+ is scraped every 20s/);
    await expectNothingChanged();
  });

  it('activates, shows, refuses a second one, and rolls back by hand', async () => {
    const activated = await activate('--operator', 'alice');
    expect(activated.stderr).not.toContain('fail');
    expect(activated.code).toBe(0);
    expect(activated.stdout).toContain('[ACTIVATED] CANARY ACTIVATED');
    expect(activated.stdout).toContain('Monitor For:   6h 00m');
    expect(activated.stdout).toContain('Engine:        restarted\n');
    expect(weights()).toEqual({ xgb: 0.28125, lgbm: 0.28125, nhits: 0.3375, patchtst: 0.1 });
    expect(startedWith()).toBe('patchtst');
    expect(readFileSync(installed(), 'utf8')).toBe(
      readFileSync(stack.path('data/systemd_overrides/qsc_canary.conf'), 'utf8'),
    );
    expect(stack.logLines()).toEqual([
      expect.objectContaining({
        action: 'canary_activated',
        canary_model: 'patchtst',
        canary_weight: 0.1,
        weights: weights(),
        quality_gate_events: 250,
        monitoring_duration_hours: 6,
        rollback_cmd: expect.stringContaining('canary rollback') as unknown,
      }),
    ]);

    await stack.waitFor(
      'max(redline:observed) * on () count(quantum:ensemble_gate:value{check="model_chaos",window="canary"})',
    );
    const running = await stack.redline('deploy', 'status');
    expect(running.code).toBe(0);
    expect(running.stdout).toContain('Under observation: canary patchtst at 10.0%');
    expect(running.stdout).toMatch(/Time left +5h 59m/);
    expect(running.stdout).toContain('by alice');
    expect(running.stdout).toMatch(/ok +QscActionCollapse +\d\d\.\d% \(limit 70%\) rolls back/);
    expect(running.stdout).toMatch(/ok +QscEnsembleDysfunction +65\.0% \(limits 55% and 80%\) rolls back/);
    expect((await status()).judged.checks.map(({ state }) => state)).not.toContain('firing');
    const board = await stack.redline('scoreboard');
    expect(board.stdout).toContain('Under observation: canary patchtst at 10.0%');
    expect(board.stdout).toContain("Judged on the canary's window: 250 events");

    const second = await activate();
    expect(second.code).toBe(2);
    expect(second.stdout).toMatch(/FAIL {2}other deployments: canary patchtst \(\S+\) is under observation/);

    const rolledBack = await stack.redline('canary', 'rollback', '--reason', 'trying it out');
    expect(rolledBack.code).toBe(0);
    expect(rolledBack.stdout).toContain('✅ Rollback completed successfully, and verified');
    expect(rolledBack.stdout).toContain('by hand: trying it out');
    await expectNothingChanged();
    expect(readFileSync(stack.path('data/qsc_canary_weights.json'), 'utf8')).toBe(baselineText);
    expect(stack.logLines().map((line) => lineSchema.parse(line).action)).toEqual([
      'canary_activated',
      'rollback_executed',
    ]);
    expect((await status()).lastRollback).toMatchObject({ result: 'succeeded' });
  });

  it('hands an activation that fails midway to the receiver to be rolled back', async () => {
    writeFileSync(stack.path('refuse-canary'), '');
    const { code, stdout, stderr } = await activate();
    expect(code).toBe(1);
    expect(stderr).toMatch(/the activation failed: .*systemctl restart .* failed.*Rolling it back/s);
    expect(stdout).toContain('✅ Rollback completed successfully');
    await expectNothingChanged();
    expect((await status()).lastRollback?.trigger.reason).toContain('activation failed');
  });

  it('rolls back when it is interrupted midway', async () => {
    writeFileSync(stack.path('slow-canary'), '');
    const cutover = await stack.writeEvents(healthyEvents(250));
    const args = ['canary', 'activate', '--model', 'patchtst', '--cutover', String(cutover)];
    const child = spawn(
      process.execPath,
      [join(packageRoot, 'bin', 'redline.mjs'), '--config', stack.configPath, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await poll(() => (existsSync(installed()) ? true : undefined), 30, 0.02);
    child.kill('SIGINT');
    await poll(() => (child.exitCode === null ? undefined : true), 40);
    expect(said).toContain('Interrupted: handing the canary back');
    expect(said).toContain('✅ Rollback completed successfully');
    expect(child.exitCode).toBe(1);
    await expectNothingChanged();
  });

  it('promotes a canary that went through its observation, and none that did not', async () => {
    const early = await stack.redline('canary', 'promote', '--weight', '25%');
    expect(early.code).toBe(2);
    expect(early.stderr).toContain('was rolled back');

    const cutover = await stack.writeEvents(healthyEvents(250));
    const short = { REDLINE_DEPLOYMENTS_CANARY_OBSERVATION: '5s' };
    const first = await stack.redlineWith(
      short,
      ...['canary', 'activate', '--model', 'patchtst', '--cutover', String(cutover)],
    );
    expect(first.code).toBe(0);
    await stack.writeEvents(healthyEvents(250));
    await stack.waitFor('max(redline_deployment_completed{kind="canary"})');
    const judging = 'the receiver is still judging it';
    const lower = await poll(
      async () => {
        const said = await stack.redline('canary', 'promote', '--weight', '5%');
        return said.stderr.includes(judging) ? undefined : said;
      },
      60,
      0.5,
    );
    if (lower === undefined) throw new Error('the receiver never judged the observation');
    expect(lower.code).toBe(2);
    expect(lower.stderr).toContain('--weight must be above the 10.0%');
    const promoted = await stack.redline('canary', 'promote', '--weight', '25%');
    expect(promoted.code).toBe(0);
    expect(promoted.stdout).toContain('[*] patchtst   25.0%  (canary)');
    expect(weights()).toEqual({ xgb: 0.234375, lgbm: 0.234375, nhits: 0.28125, patchtst: 0.25 });
    expect((await status()).open).toEqual([expect.objectContaining({ model: 'patchtst', weight: 0.25 })]);

    const ended = await stack.redline('deploy', 'end', '--outcome', 'abandoned');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('nobody watches them');
    expect((await status()).open).toEqual([]);
    expect((await stack.redline('deploy', 'end', '--outcome', 'accepted')).code).toBe(2);
  }, 180_000);

  it('rolls back by itself when the receiver is down, in the same ledger', async () => {
    expect(existsSync(installed())).toBe(true);
    await stack.stopPart('receiver', 'SIGKILL');
    const { code, stdout, stderr } = await stack.redline('rollback', 'qsc', '--reason', 'no receiver');
    expect(stderr).toContain('Rolling back without it');
    expect(stdout).toContain('✅ Rollback completed successfully');
    expect(code).toBe(0);
    expect(existsSync(installed())).toBe(false);
    await stack.startPart('receiver');
    expect((await status()).lastRollback?.trigger.reason).toBe('no receiver');
  });

  it('follows the rollback that runs already when a second one is asked for', async () => {
    const reasons = ['first', 'second'];
    const both = await Promise.all(
      reasons.map((reason) => stack.redline('canary', 'rollback', '--reason', reason)),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ stderr }) => stderr.includes('is rolling back already'))).toHaveLength(1);
  });

  it('shows what it did, and proves the record of it', async () => {
    const audit = await stack.redline('audit', '--last', '1000');
    expect(audit.code).toBe(0);
    expect(audit.stdout).toMatch(/canary-patchtst-\S+ declared by alice\n/);
    expect(audit.stdout).toMatch(/started \(manual, auto\): trying it out\n/);
    expect(audit.stdout).toMatch(/script ended with 0, 4 checks hold\n/);
    const whole = await stack.redline('audit', 'verify');
    expect(whole.code).toBe(0);
    expect(whole.stdout).toMatch(/^Whole: .*ledger\.jsonl: \d+ records/);

    await stack.stopPart('receiver');
    const ledger = join(stack.config.state.directory, 'ledger.jsonl');
    const text = readFileSync(ledger, 'utf8');
    writeFileSync(ledger, text.replace('trying it out', 'an accident!!'));
    const changed = await stack.redline('audit', 'verify');
    writeFileSync(ledger, text);
    await stack.startPart('receiver');
    expect(changed.code).toBe(2);
    expect(changed.stdout).toMatch(/^NOT WHOLE: .* record \d+: its content does not match its hash/);
  });

  it('refuses a plan that nobody configured, and says in a dry run what would run', async () => {
    const unknown = await stack.redline('rollback', 'qcs', '--reason', 'typo');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('There is no rollback plan "qcs"');
    const dry = await stack.redline('rollback', 'qsc', '--reason', 'just looking', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain('script: ');
    expect(dry.stdout).toContain('qsc_rollback.sh');
  });
});

/** An engine that notes the canary it was started with, and can be told to refuse one, or to take its time. */
async function startEngine(stack: CanaryStack, systemd: PrivateSystemd): Promise<void> {
  systemd.writeSystemctl(join(stack.directory, 'systemctl'));
  const unless = (mark: string, otherwise: string): string =>
    `/bin/sh -c 'test -z "$QSC_CANARY_MODEL" || test ! -e ${stack.path(mark)} || ${otherwise}'`;
  await systemd.writeUnit(
    unit,
    `[Unit]
DefaultDependencies=no
[Service]
ExecStartPre=${unless('refuse-canary', 'exit 1')}
ExecStartPre=${unless('slow-canary', 'sleep 3')}
ExecStartPre=/bin/sh -c 'echo "$QSC_CANARY_MODEL" > ${stack.path('started-with')}'
ExecStart=/bin/sleep infinity
`,
  );
  await systemd.systemctl('start', unit);
}
