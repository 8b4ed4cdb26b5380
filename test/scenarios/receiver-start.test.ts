import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { UserError } from '../../src/platform/errors.js';
import { checkpointPath } from '../../src/rollback/checkpoint.js';
import { recordsBetweenCheckpoints } from '../../src/rollback/checkpoint-keeper.js';
import { ledgerPath } from '../../src/rollback/ledger.js';
import { runManualRollback } from '../../src/rollback/manual.js';
import { writeLedgerHistory } from '../support/ledger-history.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';
import { runProgram } from '../support/run-program.js';
import { silent } from '../support/violations.js';

const options = { rollbacks: scriptPlan('roll.sh'), scripts: { 'roll.sh': 'rm -f bad' } };
const order = { plan: 'qsc', reason: 'by hand', operator: 'kari' };

describe('redline receiver', () => {
  it('does not start where its port is taken, and names the setting', async () => {
    const bench = await ReceiverBench.create(options);
    const other = createServer().listen(bench.port, '127.0.0.1');
    onTestFinished(() => void other.close());
    const { code, stderr } = await bench.redline('receiver');
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${bench.port} is already taken`);
    expect(stderr).toContain('receiver.listen');
  });

  it('does not start beside another on the same state', async () => {
    const bench = await ReceiverBench.create(options);
    await bench.start();
    const { code, stderr } = await bench.redline('receiver');
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by redline receiver, process ${bench.pid}`);
    expect(await bench.deployments()).toEqual([]);
  });

  it('does not start without its token, and tells how to make one', async () => {
    const bench = await ReceiverBench.create(options);
    rmSync(join(bench.folder, 'receiver.token'));
    const { code, stderr } = await bench.redline('receiver');
    expect(code).toBe(1);
    expect(stderr).toContain('receiver.token_file');
    expect(stderr).toContain('openssl rand -hex 32');
  });

  it('does not start without flock, and names the package', async () => {
    const bench = await ReceiverBench.create(options);
    const { code, stderr } = await runProgram(['--config', bench.configPath, 'receiver'], undefined, {
      PATH: '/nowhere',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('util-linux');
  });

  it('does not start with a plan that names an unknown variable', async () => {
    const bench = await ReceiverBench.create({ rollbacks: scriptPlan('${home}/roll.sh') });
    const { code, stderr } = await bench.redline('receiver');
    expect(code).toBe(1);
    expect(stderr).toContain('rollbacks.qsc.methods.script: ${home} is not known');
  });

  it('--check says what would keep a plan from running', async () => {
    const bench = await ReceiverBench.create(options);
    expect(await bench.redline('receiver', '--check')).toMatchObject({ code: 0 });
    rmSync(join(bench.root, 'roll.sh'));
    const { code, stdout } = await bench.redline('receiver', '--check');
    expect(code).toBe(2);
    expect(stdout).toContain(`rollbacks.qsc.methods.script: ${join(bench.root, 'roll.sh')} does not exist`);
  });

  it('ends when its lock is taken away', async () => {
    const bench = await ReceiverBench.create(options);
    await bench.start();
    const children = readFileSync(`/proc/${bench.pid}/task/${bench.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    const holders = children.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'flock\n');
    expect(holders).toHaveLength(1);
    for (const pid of holders) process.kill(pid, 'SIGKILL');
    expect(await bench.kill('SIGCONT')).toBe(1);
  });

  it('begins at the checkpoint of a long ledger, and ends when an older record was changed', async () => {
    const bench = await ReceiverBench.create(options);
    const state = join(bench.folder, 'state');
    mkdirSync(state, { recursive: true });
    writeLedgerHistory(ledgerPath(state), recordsBetweenCheckpoints);
    await bench.start();
    await expect.poll(() => existsSync(checkpointPath(ledgerPath(state))), { timeout: 20_000 }).toBe(true);
    const { id } = await bench.startCanary();
    await bench.kill('SIGKILL');

    await bench.start();
    await expect
      .poll(() => bench.log, { timeout: 20_000 })
      .toContain('every record of the ledger was verified');
    expect((await bench.deployments()).map((deployment) => deployment.id)).toContain(id);
    await bench.kill('SIGKILL');

    const ledger = readFileSync(ledgerPath(state), 'utf8');
    writeFileSync(ledgerPath(state), ledger.replace('"operator":"kari"', '"operator":"nora"'));
    const begun = await bench.redline('receiver');
    expect(begun.code).toBe(1);
    expect(begun.stderr).toContain('its content does not match its hash');
    const again = await bench.redline('receiver');
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/is not whole: record \d+: its content does not match its hash/);
  });
});

describe('a rollback without the receiver', () => {
  it('is done by the command line, under the same lock and in the same ledger', async () => {
    const bench = await ReceiverBench.create(options);
    writeFileSync(join(bench.root, 'bad'), '');
    await bench.start();
    const { id } = await bench.startCanary();
    const { config } = loadConfig(bench.configPath, {});
    await expect(runManualRollback(config, order, silent)).rejects.toThrow(UserError);
    await bench.kill('SIGKILL');

    expect(await runManualRollback(config, order, silent)).toMatchObject({
      deployment: id,
      result: 'succeeded',
      trigger: { source: 'manual', reason: 'by hand', operator: 'kari' },
    });
    await bench.start();
    expect((await bench.deployments())[0]).toMatchObject({ id, outcome: 'rolled_back' });
    await bench.alert(firing(id));
    expect(await bench.rollbacks()).toHaveLength(1);
    expect(bench.verdict()).toMatchObject({ ok: true });
  });

  it('takes the place of one that was interrupted', async () => {
    const bench = await ReceiverBench.create({
      rollbacks: scriptPlan('roll.sh'),
      scripts: { 'roll.sh': 'test $ROLLBACK_TRIGGER = manual || sleep 60\nrm -f bad' },
    });
    await bench.start();
    const { id } = await bench.startCanary();
    await bench.alert(firing(id));
    await expect.poll(() => bench.runs().length, { timeout: 20_000 }).toBe(1);
    await bench.kill('SIGKILL');
    const { config } = loadConfig(bench.configPath, {});
    expect(await runManualRollback(config, order, silent)).toMatchObject({ result: 'succeeded' });
    await bench.start();
    expect(await bench.rollbacks()).toMatchObject([
      { result: 'succeeded', trigger: { source: 'manual' } },
      { result: 'failed', note: 'interrupted; a rollback by hand took its place' },
    ]);
  });

  it('names the plans where there is none of that name', async () => {
    const bench = await ReceiverBench.create(options);
    const { config } = loadConfig(bench.configPath, {});
    await expect(runManualRollback(config, { ...order, plan: 'nope' }, silent)).rejects.toThrow(
      'Configured under rollbacks: qsc',
    );
  });
});
