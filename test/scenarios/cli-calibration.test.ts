import { existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';
import { CanaryStack } from '../support/canary-stack.js';
import { writeHistory } from '../support/history.js';
import { writeCalibrationStatus, writeClosedTrades, writeTradingState } from '../support/trading-state.js';

const statusSchema = z.object({
  open: z.array(z.object({ id: z.string(), kind: z.string(), accepted: z.array(z.string()) })),
  prepared: z.array(z.object({ operator: z.string() })),
  judged: z.object({
    checks: z.array(z.object({ alertname: z.string(), state: z.string(), note: z.string() })),
    calibration: z.object({ phases: z.array(z.string()), inputs: z.array(z.string()) }),
  }),
});
const preparationSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ what: z.string(), level: z.string(), detail: z.string() })),
  unknown: z.array(z.string()),
  file: z.string().nullable(),
});

/** A stack whose units are this process, asked by the systemctl of the demonstration. */
function startStack(prepare?: (stack: CanaryStack) => Promise<void>): Promise<CanaryStack> {
  return CanaryStack.start({
    systemd: {
      enabled: false,
      engine_pid_file: 'engine.pid',
      harvest_pid_file: 'harvest.pid',
      systemctl: './systemctl',
    },
    prepare: async (stack) => {
      symlinkSync(join(packageRoot, 'demo', 'systemctl'), join(stack.directory, 'systemctl'));
      await prepare?.(stack);
    },
  });
}

describe('the life of a calibration on the command line', () => {
  let stack: CanaryStack;
  beforeAll(async () => {
    stack = await startStack();
    await writeTradingState(stack.redis);
    await stack.waitFor('count(quantum:calibration:reading{quantity="action_share"})', 3);
  });
  afterAll(async () => {
    await stack.stop();
  });

  const prepare = (...args: string[]) => stack.redline('deploy', 'prepare', 'calibration', ...args);
  const start = (...args: string[]) => stack.redline('deploy', 'start', 'calibration', ...args);
  const baselineFile = (): string => stack.path('logs/pre_calibration_baseline.txt');

  /** The options for a command that is configured otherwise than the stack is. */
  function configuredWith(changes: object): string[] {
    const path = join(stack.directory, 'other.yml');
    const own = z.looseObject({}).parse(parse(readFileSync(stack.configPath, 'utf8')));
    writeFileSync(path, stringify({ ...own, ...changes }));
    return ['--config', path];
  }

  async function status() {
    const { stdout } = await stack.redline('deploy', 'status', '--json');
    return statusSchema.parse(JSON.parse(stdout));
  }

  async function expectNothingWritten(): Promise<void> {
    const { open, prepared } = await status();
    expect({ open, prepared, file: existsSync(baselineFile()) }).toEqual({
      open: [],
      prepared: [],
      file: false,
    });
  }

  it('names the kinds that there are, and where a canary is started', async () => {
    const canary = await stack.redline('deploy', 'start', 'canary');
    expect(canary.code).toBe(1);
    expect(canary.stderr).toContain('redline canary activate --model MODEL');
    const unknown = await stack.redline('deploy', 'prepare', 'calibratoin');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('There is no deployment of kind "calibratoin". There are: calibration');
  });

  it('refuses times and lengths that cannot be', async () => {
    for (const [args, said] of [
      [['--duration', '73h'], '72h at most'],
      [['--started-at', '4d ago'], 'it would be over already'],
    ] as const) {
      const { code, stderr } = await start(...args);
      expect(code).toBe(1);
      expect(stderr).toContain(said);
    }
  });

  it('prepares nothing while a rollback could not be carried out, and names each reason', async () => {
    const script = stack.path('rollback_calibration.sh');
    const backup = stack.path('config/calibration_backup.json');
    const text = readFileSync(backup, 'utf8');
    renameSync(script, `${script}.away`);
    writeFileSync(backup, '"no object"');
    writeFileSync(join(stack.directory, 'harvest.pid'), '999999999\n');
    await stack.waitFor('quantum_unit_active{role="harvest"}', 0);
    const { code, stdout, stderr } = await prepare();
    writeFileSync(join(stack.directory, 'harvest.pid'), `${process.pid}\n`);
    writeFileSync(backup, text);
    renameSync(`${script}.away`, script);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /FAIL {2}rollback plan calibration: rollback_calibration\.sh is neither below files\.root/,
    );
    expect(stdout).toMatch(/FAIL {2}calibration backup: \S+ holds no JSON object/);
    expect(stdout).toMatch(/FAIL {2}harvest by systemctl: .* does not say that it is active/);
    expect(stdout).toContain('FAIL  harvest by the exporter: no');
    expect(stdout).toContain('ok    engine by the exporter: its unit is active');
    expect(stdout).toContain('ok    Redis: answers at');
    expect(stdout).toContain('ok    inputs: all 10 that are judged are read');
    expect(stderr).toContain('Nothing was written');
    await stack.waitFor('quantum_unit_active{role="harvest"}');
    await expectNothingWritten();
  });

  it('looks at no harvest consumer where there is none, and at whatever the plan verifies', async () => {
    const none = { deployments: { calibration: { inputs: ['equity', 'engine_unit'] } } };
    const told = 'ok    harvest unit: none, as deployments.calibration.inputs has no harvest_unit';
    // A method that is not there keeps it from being prepared.
    const plan = (unit: string): object => ({
      calibration: {
        methods: [
          { name: 'script', command: ['rollback_calibration.sh'], verify: [{ unit_active: unit }] },
          { name: 'other', command: ['/nowhere/rollback'], verify: [{ unit_active: '${engine_unit}' }] },
        ],
      },
    });
    const options = configuredWith({ ...none, rollbacks: plan('no-such.service') });
    const refused = await stack.redline(...options, 'deploy', 'prepare', 'calibration');
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain(told);
    expect(refused.stdout).not.toMatch(/harvest by/);
    expect(refused.stdout).toMatch(/FAIL {2}verified unit: ".* is-active no-such\.service" does not say/);
    const checked = await stack.redline(...options, 'check');
    expect(checked.stdout).toContain(told);
    expect(checked.stdout).toContain(
      'warn  verified unit: no-such.service is not loaded: LoadState=not-found',
    );

    const clean = configuredWith({ ...none, rollbacks: plan('${harvest_unit}') });
    const { stdout } = await stack.redline(...clean, 'deploy', 'prepare', 'calibration');
    expect(stdout).toContain(told);
    expect(stdout).not.toContain('verified unit');
  });

  it('prepares nothing that cannot be measured, and names the quantity and its input', async () => {
    const { code, stdout } = await prepare('--json');
    expect(code).toBe(2);
    const { ok, unknown, checks, file } = preparationSchema.parse(JSON.parse(stdout));
    expect({ ok, unknown, file }).toEqual({
      ok: false,
      unknown: ['stop_loss', 'confidence_outcome_gap'],
      file: null,
    });
    expect(checks.filter(({ level }) => level === 'fail').map(({ detail }) => detail)).toEqual([
      'nobody knows stop_loss: Prometheus has no reading of it (input trade_closed)',
      'nobody knows confidence_outcome_gap: Prometheus has no reading of it (input trade_closed)',
    ]);
    await expectNothingWritten();
  });

  it('starts nothing without a calibration and a baseline, and says both', async () => {
    const { code, stdout, stderr } = await start();
    expect(code).toBe(2);
    expect(stdout).toContain('FAIL  calibration loaded: nobody knows');
    expect(stdout).toMatch(
      /FAIL {2}baseline: none is prepared .* does not know the 24 h before the start of drawdown,/,
    );
    expect(stderr).toContain('no calibration is under observation');
    await expectNothingWritten();
  });

  it('prepares: shows the baseline, gives it to the receiver and writes it down', async () => {
    await writeClosedTrades(stack.redis);
    await stack.waitFor(
      'count(quantum:calibration:reading{quantity=~"stop_loss|confidence_outcome_gap"})',
      2,
    );
    const { code, stdout } = await prepare('--operator', 'alice');
    expect(stdout).not.toContain('FAIL');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Drawdown +current reading +0\.5% +1% +1%$/m);
    expect(stdout).toMatch(/^Triggered guards +current reading +2 +1 +2$/m);
    expect(stdout).toMatch(/^Share of BUY +current reading +40% +- +40%$/m);
    expect(stdout).toMatch(/^Stop-loss share +current reading +30% +10% +30%$/m);
    expect(stdout).toContain(
      `Make the change, then: redline --config ${stack.configPath} deploy start calibration`,
    );
    const file = readFileSync(baselineFile(), 'utf8');
    expect(file).toMatch(/^PRE-CALIBRATION BASELINE\n\nCaptured {2}\S+Z by alice\n/);
    expect(file).toMatch(/^Share of BUY +current reading/m);
    expect(file).not.toContain('\u001b');
    expect((await status()).prepared).toEqual([{ operator: 'alice' }]);
    expect((await stack.redline('deploy', 'status')).stdout).toContain('Prepared, not started: calibration');
  });

  it('starts nothing while what rolls back holds, unless that is accepted by its name', async () => {
    await writeCalibrationStatus(stack.redis, 2);
    const refused = await start();
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain('FAIL  CalibrationReloaded: it holds now');
    expect(refused.stdout).toContain('--accept CalibrationReloaded lets it through');
    expect(refused.stdout).not.toContain('FAIL  baseline');
    const typo = await start('--accept', 'CalibrationReload');
    expect(typo.code).toBe(1);
    expect(typo.stderr).toContain('Did you mean "CalibrationReloaded"?');

    const started = await start('--accept', 'CalibrationReloaded', '--duration', '24h', '--operator', 'bob');
    expect(started.code).toBe(0);
    expect(started.stdout).toContain('Under observation: calibration');
    expect(started.stdout).toMatch(/Since +\S+Z, by bob/);
    expect(started.stdout).toMatch(/Until +\S+Z \(24h 00m|1d 0h\)/);
    expect(started.stdout).toMatch(/Baseline +prepared \S+Z by alice/);
    expect(started.stdout).toContain('Accepted   CalibrationReloaded: starts nothing until');
    const { open, prepared } = await status();
    expect(prepared).toEqual([]);
    expect(open).toEqual([expect.objectContaining({ accepted: ['CalibrationReloaded'] })]);

    const ended = await stack.redline('deploy', 'end', '--outcome', 'abandoned');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^The observation of calibration \(\S+\) has ended: abandoned\.$/m);
    expect(ended.stdout).toContain(`redline --config ${stack.configPath} rollback calibration --reason`);
  });

  it('starts, and shows phase, time left, each check and the baseline beside what is now', async () => {
    await writeCalibrationStatus(stack.redis, 1);
    const unprepared = await start();
    expect(unprepared.code).toBe(2);
    expect(unprepared.stdout).toContain('FAIL  baseline: none is prepared');
    expect((await prepare()).code).toBe(0);
    const { code, stdout } = await start('--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, deployment: { kind: 'calibration' } });
    await stack.waitFor('count(redline:calibration_phase)', 2);
    await stack.waitFor('count(redline:calibration_baseline)', 10);

    const shown = await stack.redline('deploy', 'status');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^Under observation: calibration$/m);
    expect(shown.stdout).toMatch(/Time left +2d 23h/);
    expect(shown.stdout).toContain('Phase      A (critical watch) and B (behaviour)');
    expect(shown.stdout).toMatch(/^ {2}ok +CalibrationReloaded +1 \(limit 1\) rolls back$/m);
    expect(shown.stdout).toMatch(/^ {2}ok +DrawdownTwiceNormal +0\.5% \(limit 2%\) rolls back$/m);
    expect(shown.stdout).toMatch(
      /^ {2}- +DrawdownAboveNormal +0\.5% \(limit 1\.5%\), judged in phase C and D$/m,
    );
    expect(shown.stdout).toMatch(/^ {2}- +GuardBlocksAboveNormal +judged in phase C and D$/m);
    expect(shown.stdout).toMatch(/^ {2}- +GuardBlocksTwiceNormal +not judged without harvest_journal/m);
    expect(shown.stdout).toMatch(/^ {2}Drawdown +floor, measured 0\.5% +1% +0\.5%$/m);
    const { judged } = await status();
    expect(judged.calibration.phases).toEqual(['A', 'B']);
    expect(judged.calibration.inputs).not.toContain('engine_journal');
    expect(judged.checks.find(({ alertname }) => alertname === 'LearningDataStalled')).toEqual(
      expect.objectContaining({ state: 'not judged', note: 'judged in phase D' }),
    );

    const second = await start();
    expect(second.code).toBe(2);
    expect(second.stdout).toMatch(/FAIL {2}other deployments: calibration \(\S+\) is under observation/);
    const next = await prepare();
    expect(next.code).toBe(0);
    expect(next.stdout).toMatch(/warn {2}other deployments: calibration \(\S+\) is under observation/);
    expect((await stack.redline('deploy', 'end', '--outcome', 'accepted')).code).toBe(0);
  });

  it('starts nothing that began before the end of another', async () => {
    const { code, stdout } = await start('--started-at', '10s ago');
    expect(code).toBe(2);
    expect(stdout).toMatch(/FAIL {2}start: calibration-\S+ ended only at/);
  });

  it('starts nothing while the receiver is down', async () => {
    await stack.stopPart('receiver', 'SIGKILL');
    const { code, stdout } = await start();
    await stack.startPart('receiver');
    expect(code).toBe(2);
    expect(stdout).toContain('FAIL  receiver: The receiver does not answer');
  });
});

describe('a calibration that is under way', () => {
  let stack: CanaryStack;
  beforeAll(async () => {
    stack = await startStack(async ({ config }) => {
      const now = Math.floor(Date.now() / 1000);
      const quantities = [
        ...['drawdown', 'equity_deviation', 'guards', 'overrides', 'stop_loss'],
        ...['extreme_confidence', 'confidence_outcome_gap'],
      ].map((quantity) => `quantity="${quantity}"`);
      const shares = ['BUY', 'SELL', 'HOLD'].map((action) => `quantity="action_share",action="${action}"`);
      await writeHistory(
        join(config.state.directory, 'prometheus'),
        [...quantities, ...shares].map((labels) => ({
          series: `quantum:calibration:reading{${labels}}`,
          from: now - 26 * 3600,
          to: now,
          value: () => 0.25,
        })),
      );
    });
    await writeTradingState(stack.redis);
    await writeClosedTrades(stack.redis);
    await writeCalibrationStatus(stack.redis, 1);
  });
  afterAll(async () => {
    await stack.stop();
  });

  it('is judged by the 24 h before its start, from that start', async () => {
    const startedAt = Date.now() / 1000 - 60;
    const { code, stdout } = await stack.redline(
      ...['deploy', 'start', 'calibration', '--started-at', String(startedAt), '--json'],
    );
    expect(code).toBe(0);
    const { deployment } = z
      .object({
        deployment: z.object({
          started_at: z.number(),
          baseline: z.object({
            captured_at: z.number(),
            values: z.array(z.object({ quantity: z.string(), value: z.number(), source: z.string() })),
          }),
        }),
      })
      .parse(JSON.parse(stdout));
    expect(deployment.started_at).toBe(startedAt);
    expect(deployment.baseline.captured_at).toBe(startedAt);
    expect(deployment.baseline.values).toHaveLength(10);
    expect(new Set(deployment.baseline.values.map(({ source }) => source))).toEqual(new Set(['history']));
    expect(deployment.baseline.values).toContainEqual({
      quantity: 'drawdown',
      value: 0.25,
      source: 'history',
    });
    expect(deployment.baseline.values).toContainEqual({ quantity: 'guards', value: 1, source: 'history' });
    await stack.waitFor('count(redline:calibration_phase)', 2);
    expect((await stack.redline('deploy', 'status')).stdout).toMatch(/Since +\S+Z \(1m \d\ds\)/);
  });

  it('is told of a baseline that is measured over what happened to another', async () => {
    expect((await stack.redline('deploy', 'end', '--outcome', 'abandoned')).code).toBe(0);
    const started = await stack.redline('deploy', 'start', 'calibration');
    expect(started.stdout).toMatch(
      /^warn {2}baseline period: the 24 h that were measured are not clean: calibration calibration-\S+ \(abandoned, \S+Z to \S+Z\)$/m,
    );
    expect(started.stdout).toMatch(/Clean 24 h can be measured from \S+Z on\.$/m);
    expect(started.code).toBe(0);
    const prepared = await stack.redline('deploy', 'prepare', 'calibration');
    expect(prepared.stdout).toMatch(
      /^warn {2}baseline period: .*: calibration calibration-\S+ \(under observation, since \S+Z\); calibration \S+ \(abandoned,/m,
    );
    expect(prepared.code).toBe(0);
  });
});
