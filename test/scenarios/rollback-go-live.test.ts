import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { poll } from '../../src/platform/poll.js';
import { goLiveMethods, goLiveScript, GoLiveSystem, liveConfig } from '../support/go-live-system.js';
import { runProgram } from '../support/run-program.js';
import { exit } from '../support/trading-folder.js';
import { temporaryFolder } from '../support/workspace.js';

vi.setConfig({ testTimeout: 180_000 });

const realPython = spawnSync('python3', ['-c', 'import argparse']).status === 0;
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
const awkward = 'loss > 2%: "emergency" # it\'s\nü 📉 $(touch evil) `touch evil` \\ \u2028';

function configOf(system: GoLiveSystem): Record<string, unknown> {
  return parse(readFileSync(system.config, 'utf8')) as Record<string, unknown>;
}

/** Another rollback of the folder, which runs until it is told to end. */
async function holdLock(system: GoLiveSystem): Promise<{ end: () => Promise<void> }> {
  const holder = spawn('flock', [system.root, 'sh', '-c', 'echo held; read _'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  await once(holder.stdout, 'data');
  return {
    end: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}

describe('go-live-marker.sh', () => {
  it('removes the marker, and writes why into configuration and log', async () => {
    const system = new GoLiveSystem();
    const { code, stdout } = await system.run('marker', [], {
      ROLLBACK_REASON: awkward,
      ROLLBACK_OPERATOR: 'alice',
      ROLLBACK_TRIGGER: 'webhook',
      ROLLBACK_DEPLOYMENT: 'go-live-1',
      ROLLBACK_ID: 'go-live-rollback-1',
    });
    expect(stdout).toContain(`Removed the marker ${system.marker}`);
    expect(code).toBe(exit.done);
    expect(existsSync(system.marker)).toBe(false);
    const text = readFileSync(system.config, 'utf8');
    expect(text.startsWith(liveConfig)).toBe(true);
    expect(configOf(system)).toMatchObject({
      activation_enabled: true,
      last_rollback_timestamp: isoTime,
      last_rollback_reason: awkward,
    });
    expect(system.lastLine()).toEqual({
      action: 'rollback_executed',
      method: 'marker',
      timestamp: isoTime,
      reason: awkward,
      operator: 'alice',
      trigger: 'webhook',
      deployment: 'go-live-1',
      command_exit: null,
      state: 'reached',
      outcome: 'done',
      recorded: true,
      rollback_id: 'go-live-rollback-1',
    });
    expect(existsSync(system.path('evil'))).toBe(false);
  });

  it('may be run twice: a marker that is gone is as good, and what is written is the newest', async () => {
    const system = new GoLiveSystem();
    expect((await system.run('marker')).code).toBe(exit.done);
    const again = await system.run('marker', [], { ROLLBACK_REASON: 'again' });
    expect(again.stdout).toContain('The marker is gone already');
    expect(again.code).toBe(exit.done);
    expect(configOf(system)).toMatchObject({ last_rollback_reason: 'again' });
    expect(readFileSync(system.config, 'utf8').match(/last_rollback_reason/g)).toHaveLength(1);
    expect(system.linesOf(system.log)).toHaveLength(2);
  });

  it('removes a link and not what it leads to, and takes no folder for a marker', async () => {
    const system = new GoLiveSystem();
    const target = system.path('elsewhere');
    rmSync(system.marker);
    writeFileSync(target, 'kept');
    symlinkSync(target, system.marker);
    expect((await system.run('marker')).code).toBe(exit.done);
    expect(readFileSync(target, 'utf8')).toBe('kept');
    symlinkSync('/nowhere', system.marker);
    expect((await system.run('marker', ['--check'])).code).toBe(exit.engine);
    expect((await system.run('marker')).code).toBe(exit.done);
    mkdirSync(system.marker);
    const { code, stderr } = await system.run('marker');
    expect(stderr).toContain('could not be removed');
    expect(code).toBe(exit.engine);
    expect(system.lastLine()).toMatchObject({ state: 'missed', outcome: 'failed' });
  });

  it.each([
    ['missing', undefined],
    ['no YAML', 'a: "x'],
    ['not UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a])],
    ['a folder', 'folder'],
  ])('fails not for a configuration that is %s, and says so', async (_what, content) => {
    const system = new GoLiveSystem();
    rmSync(system.config);
    if (content === 'folder') mkdirSync(system.config);
    else if (content !== undefined) writeFileSync(system.config, content);
    const { code, stderr } = await system.run('marker');
    expect(stderr).toContain(`NOT RECORDED in ${system.config}`);
    expect(code).toBe(exit.done);
    expect(existsSync(system.marker)).toBe(false);
    expect(system.lastLine()).toMatchObject({ outcome: 'done', recorded: false });
    if (Buffer.isBuffer(content)) expect(readFileSync(system.config)).toEqual(content);
  });

  it('takes a marker that cannot be looked at for none that is gone, and changes nothing', async () => {
    const system = new GoLiveSystem();
    // Leads to itself, so that nobody can look into it; root may look into every folder.
    symlinkSync('loop', system.path('loop'));
    const marker = { ROLLBACK_GO_LIVE_MARKER: 'loop/go_live.active' };
    for (const args of [[], ['--dry-run']]) {
      const { code, stderr } = await system.run('marker', args, marker);
      expect(stderr).toContain('Too many levels of symbolic links');
      expect(code).toBe(exit.refused);
    }
    expect((await system.run('marker', ['--check'], marker)).code).toBe(exit.incomplete);
    expect((await system.run('deactivate', ['--check'], marker)).code).toBe(exit.incomplete);
    expect(existsSync(system.log)).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)('takes a folder that may not be searched for no proof', async () => {
    const system = new GoLiveSystem();
    mkdirSync(system.path('closed'), { mode: 0o600 });
    const marker = { ROLLBACK_GO_LIVE_MARKER: 'closed/go_live.active' };
    expect((await system.run('marker', ['--check'], marker)).code).toBe(exit.incomplete);
  });

  it('removes the marker also while another rollback runs, and leaves the configuration to that', async () => {
    const system = new GoLiveSystem();
    const other = await holdLock(system);
    const { code, stderr } = await system.run('marker');
    expect(stderr).toContain('another rollback of');
    expect(code).toBe(exit.done);
    expect(existsSync(system.marker)).toBe(false);
    expect(readFileSync(system.config, 'utf8')).toBe(liveConfig);
    expect(system.lastLine()).toMatchObject({ method: 'marker', outcome: 'done', recorded: false });
    await other.end();
  });

  it('fails neither for a log that cannot be written, nor where there is no node', async () => {
    const system = new GoLiveSystem();
    mkdirSync(system.log, { recursive: true });
    const { code, stderr } = await system.run('marker', [], { ROLLBACK_NODE: '/nowhere/node' });
    expect(stderr).toContain(`NOT RECORDED in ${system.log}`);
    expect(stderr).toContain('There is no node (ROLLBACK_NODE)');
    expect(code).toBe(exit.done);
    expect(readFileSync(system.config, 'utf8')).toBe(liveConfig);
  });
});

describe('go-live-ess.sh', () => {
  it('activates the emergency stop, and sees that the backend counts it', async () => {
    const system = new GoLiveSystem();
    const backend = { ROLLBACK_BACKEND_URL: `${await system.startBackend()}/` };
    const before = await system.run('ess', ['--check'], backend);
    expect(before.code).toBe(exit.engine);
    expect(before.stderr).toContain('the emergency stop is not active: ess_triggers_total of');
    const { code, stdout } = await system.run('ess', [], { ...backend, ROLLBACK_REASON: awkward });
    expect(stdout).toContain('ess_triggers_total of');
    expect(code).toBe(exit.done);
    expect(system.calls('activate_ess.py')).toEqual([`<--reason><${awkward.replaceAll('\n', '~')}>`]);
    expect((await system.run('ess', ['--check'], backend)).code).toBe(exit.done);
    expect(configOf(system).last_rollback_reason).toBe(awkward);
    expect(system.lastLine()).toMatchObject({ method: 'ess', command_exit: 0, outcome: 'done' });
  });

  it('takes a count that did not grow, or that nobody knows from before, for no proof', async () => {
    const system = new GoLiveSystem();
    const backend = { ROLLBACK_BACKEND_URL: await system.startBackend(), ROLLBACK_ESS_TIMEOUT: '1' };
    system.metrics = 2;
    system.behave('activate_ess.py', 'echo activated');
    const old = await system.run('ess', [], backend);
    expect(old.stderr).toContain('NOT known to be rolled back');
    expect(old.stderr).toContain('is 2 and did not grow');
    expect(old.code).toBe(exit.incomplete);
    expect(system.lastLine()).toMatchObject({ state: 'unknown', outcome: 'incomplete' });
    expect((await system.run('ess', ['--check'], backend)).code).toBe(exit.done);
    // The backend answers only once the program has run.
    system.metrics = 'ess_triggers_total NaN\n';
    const late = system.run('ess', [], { ...backend, ROLLBACK_ESS_TIMEOUT: '3' });
    await poll(() => (system.calls('activate_ess.py').length > 1 ? true : undefined), 60);
    system.metrics = 2;
    expect((await late).code).toBe(exit.incomplete);
  });

  it("asks at the top of the backend's address, whatever path that has", async () => {
    const system = new GoLiveSystem();
    const backend = { ROLLBACK_BACKEND_URL: `${await system.startBackend()}/api/?x` };
    expect((await system.run('ess', [], backend)).code).toBe(exit.done);
  });

  it.each([
    ['does not count it', 'ess_triggers_total{source="manual"} 0\n', exit.engine, 'ess_triggers_total of'],
    ['has no such counter', 'up 1\n', exit.engine, 'is absent'],
    ['says nonsense', 'ess_triggers_total NaN\n', exit.incomplete, 'is no count'],
    ['never answers', undefined, exit.incomplete, 'no answer within 2 s'],
  ])('proves nothing where the backend %s', async (_what, metrics, code, why) => {
    const system = new GoLiveSystem();
    const backend = { ROLLBACK_BACKEND_URL: await system.startBackend(), ROLLBACK_ESS_TIMEOUT: '1' };
    system.metrics = metrics;
    const result = await system.run('ess', [], backend);
    expect(result.stderr).toContain(why);
    expect(result.code).toBe(code);
    expect(system.calls('activate_ess.py')).toHaveLength(1);
    expect((await system.run('ess', ['--check'], backend)).code).toBe(code);
  });

  it('proves nothing where there is no backend to ask', async () => {
    const system = new GoLiveSystem();
    const { code, stderr } = await system.run('ess', [], { ROLLBACK_ESS_TIMEOUT: '1' });
    expect(stderr).toContain('There is no backend to ask (ROLLBACK_BACKEND_URL)');
    expect(code).toBe(exit.incomplete);
  });

  it('is done in part where the program failed, and failed where it hangs', async () => {
    const system = new GoLiveSystem();
    const backend = { ROLLBACK_BACKEND_URL: await system.startBackend(), ROLLBACK_ESS_TIMEOUT: '1' };
    system.behave('activate_ess.py', 'touch ess.active; exit 7');
    const failed = await system.run('ess', [], backend);
    expect(failed.stderr).toContain('PROBLEM: The emergency stop command failed: it ended with 7');
    expect(failed.code).toBe(exit.incomplete);
    rmSync(system.path('ess.active'));
    system.behave('activate_ess.py', "trap '' TERM; while :; do sleep 0.2; done");
    const hung = await system.run('ess', [], { ...backend, ROLLBACK_ESS_COMMAND_TIMEOUT: '1' });
    expect(hung.stderr).toContain('took longer than 1 s and was ended');
    expect(hung.stderr).not.toContain('Killed');
    expect(hung.code).toBe(exit.engine);
    system.behave('activate_ess.py', 'kill -KILL $$');
    const killed = await system.run('ess', [], backend);
    expect(killed.stderr).toContain('it ended with 137');
    expect(killed.stderr).not.toContain('Killed');
    expect(system.linesOf(system.log)[1]).toMatchObject({
      command_exit: null,
      state: 'missed',
      outcome: 'failed',
    });
  });

  it('takes a command of the configuration one word a line, and no shell reads it', async () => {
    const system = new GoLiveSystem();
    const show = system.program('show.sh', 'printf "<%s>" "$@" >words');
    const words = [show, '$(touch evil)', '* ?', '{reason}', '{operator}', 'x{reason}'];
    await system.run('ess', [], {
      ROLLBACK_ESS_COMMAND: words.join('\n'),
      ROLLBACK_REASON: '--help; touch evil',
      ROLLBACK_OPERATOR: 'alice',
      ROLLBACK_ESS_TIMEOUT: '1',
    });
    // What begins with a dash would be an option.
    expect(readFileSync(system.path('words'), 'utf8')).toBe(
      '<$(touch evil)><* ?>< --help; touch evil><alice><x{reason}>',
    );
    expect(existsSync(system.path('evil'))).toBe(false);
  });
});

describe('go-live-deactivate.sh', () => {
  it('runs the program with reason and operator, and sees the marker gone', async () => {
    const system = new GoLiveSystem();
    expect((await system.run('deactivate', ['--check'])).code).toBe(exit.engine);
    const { code } = await system.run('deactivate', [], {
      ROLLBACK_REASON: 'loss',
      ROLLBACK_OPERATOR: 'alice b',
    });
    expect(code).toBe(exit.done);
    expect(system.calls('go_live_deactivate.py')).toEqual(['<--reason><loss><--operator><alice b>']);
    expect((await system.run('deactivate', ['--check'])).code).toBe(exit.done);
    expect((await system.run('deactivate')).code).toBe(exit.done);
    expect(system.calls('go_live_deactivate.py').at(-1)).toBe('<--reason><rolled back by hand>');
  });

  it('takes activation_enabled: false for no proof while the marker is there, and what the program says of itself for nothing', async () => {
    const system = new GoLiveSystem();
    system.behave(
      'go_live_deactivate.py',
      "sed -i 's/^activation_enabled: true/activation_enabled: false/' config/go_live.yaml",
    );
    const noted = await system.run('deactivate');
    expect(noted.stderr).toContain('is false in');
    expect(noted.stderr).toContain('but the marker is there and nobody restarted the backend');
    expect(noted.code).toBe(exit.incomplete);
    expect((await system.run('deactivate', ['--check'])).code).toBe(exit.incomplete);
    writeFileSync(system.config, liveConfig);
    system.behave('go_live_deactivate.py', 'echo deactivated');
    const idle = await system.run('deactivate');
    expect(idle.stderr).toContain('NOT rolled back');
    expect(idle.code).toBe(exit.engine);
    writeFileSync(system.config, 'a: "x');
    expect((await system.run('deactivate')).code).toBe(exit.incomplete);
    system.behave('go_live_deactivate.py', 'rm go_live.active; exit 3');
    const failed = await system.run('deactivate');
    expect(failed.stderr).toContain('it ended with 3');
    expect(failed.code).toBe(exit.incomplete);
  });

  it.skipIf(!realPython)('gives a program of Python any reason as it is', async () => {
    const system = new GoLiveSystem();
    rmSync(system.path('bin/python'));
    writeFileSync(
      system.path('scripts/go_live_deactivate.py'),
      `import argparse, json, os
parser = argparse.ArgumentParser()
parser.add_argument('--reason', required=True)
parser.add_argument('--operator')
arguments = parser.parse_args()
json.dump(vars(arguments), open('said.json', 'w'))
os.remove('go_live.active')
`,
    );
    const { code } = await system.run('deactivate', [], {
      ROLLBACK_REASON: `-${awkward}`,
      ROLLBACK_OPERATOR: '-o',
      LC_ALL: 'C.UTF-8',
    });
    expect(code).toBe(exit.done);
    expect(JSON.parse(readFileSync(system.path('said.json'), 'utf8'))).toEqual({
      reason: ` -${awkward}`,
      operator: ' -o',
    });
  });
});

describe('go-live-config.sh', () => {
  it('sets activation_enabled: false and nothing else, and restarts the backend on it', async () => {
    const system = new GoLiveSystem();
    expect((await system.run('config', ['--check'])).code).toBe(exit.engine);
    const { code } = await system.run('config', [], {
      ROLLBACK_REASON: awkward,
      ROLLBACK_BACKEND_UNIT: 'own-backend',
    });
    expect(code).toBe(exit.done);
    const off = liveConfig.replace('activation_enabled: true   #', 'activation_enabled: false   #');
    expect(readFileSync(system.config, 'utf8').startsWith(off)).toBe(true);
    expect(configOf(system)).toMatchObject({
      activation_enabled: false,
      limits: { activation_enabled: true },
      last_rollback_timestamp: isoTime,
      last_rollback_reason: awkward,
    });
    expect(system.calls('systemctl')).toContain('restart own-backend.service');
    expect(readFileSync(system.path('backend.read'), 'utf8')).toBe('false\n');
    expect((await system.run('config', ['--check'])).code).toBe(exit.done);
    expect((await system.run('config')).code).toBe(exit.done);
    expect(system.linesOf(system.log)).toHaveLength(2);
  });

  it('keeps mode and line ends, and replaces a link instead of writing through it', async () => {
    const system = new GoLiveSystem();
    const target = system.path('other.yaml');
    writeFileSync(target, 'activation_enabled: true\r\nx: 1', { mode: 0o640 });
    rmSync(system.config);
    symlinkSync(target, system.config);
    const { code, stderr } = await system.run('config', [], { ROLLBACK_REASON: 'r' });
    expect(code).toBe(exit.incomplete);
    expect(stderr).toContain('is a link; a file takes its place');
    expect(stderr).toContain('was a link: see that the backend reads');
    expect(readFileSync(target, 'utf8')).toBe('activation_enabled: true\r\nx: 1');
    expect(lstatSync(system.config).isSymbolicLink()).toBe(false);
    expect(statSync(system.config).mode & 0o777).toBe(0o640);
    expect(readFileSync(system.config, 'utf8')).toMatch(
      /^activation_enabled: false\r\nx: 1\r\nlast_rollback_timestamp: "[^"]+"\r\nlast_rollback_reason: "r"\r\n$/,
    );
  });

  it('sets what only stands below another name, and is done in part: the backend may read that', async () => {
    const system = new GoLiveSystem();
    writeFileSync(system.config, 'trading:\n  activation_enabled: true\n');
    const { code, stderr } = await system.run('config');
    expect(stderr).toContain('had no activation_enabled at its top');
    expect(code).toBe(exit.incomplete);
    expect(configOf(system)).toMatchObject({
      activation_enabled: false,
      trading: { activation_enabled: true },
    });
  });

  it.each([
    ['a list as a block', 'last_rollback_reason:\n- old\n- older\n'],
    ['an anchor that is used', 'last_rollback_reason: &why old\nwhy: *why\n'],
  ])('switches off also where the reason cannot be written: %s', async (_what, rest) => {
    const system = new GoLiveSystem();
    writeFileSync(system.config, `activation_enabled: true\n${rest}`);
    const { code, stderr } = await system.run('config');
    expect(stderr).toContain(`NOT RECORDED in ${system.config}`);
    expect(code).toBe(exit.done);
    expect(readFileSync(system.config, 'utf8')).toBe(`activation_enabled: false\n${rest}`);
    expect(system.lastLine()).toMatchObject({ outcome: 'done', recorded: false });
  });

  it('is told by --dry-run that no unit could be restarted', async () => {
    const system = new GoLiveSystem();
    writeFileSync(system.path('systemctl.broken'), '');
    const { code, stderr } = await system.run('config', ['--dry-run']);
    expect(stderr).toContain('has no unit quantum-backend.service loaded');
    expect(code).toBe(exit.engine);
  });

  it.skipIf(process.getuid?.() === 0)('is told by --dry-run that nothing could be written', async () => {
    const system = new GoLiveSystem();
    chmodSync(system.path('config'), 0o555);
    const { code, stderr } = await system.run('config', ['--dry-run']);
    chmodSync(system.path('config'), 0o755);
    expect(stderr).toContain('You may not change');
    expect(code).toBe(exit.refused);
  });

  it('keeps the configuration off where the backend cannot be restarted, and fails', async () => {
    const system = new GoLiveSystem();
    writeFileSync(system.path('systemctl.broken'), '');
    const { code, stderr } = await system.run('config');
    expect(stderr).toContain('did not restart: Unit is masked.');
    expect(code).toBe(exit.engine);
    expect(configOf(system)).toMatchObject({ activation_enabled: false });
    expect(system.lastLine()).toMatchObject({ state: 'missed', outcome: 'failed', recorded: true });
  });

  it.each([
    ['missing', undefined, 'ENOENT'],
    ['no YAML', 'activation_enabled: "true', 'it is no usable YAML'],
    ['a list', '- activation_enabled: true\n', 'it is no map of names and values'],
    ['not UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]), 'it is not UTF-8'],
    ['too large', `# ${'x'.repeat(300_000)}\n`, 'it is larger than'],
  ])('refuses a configuration that is %s, and restarts nothing', async (_what, content, why) => {
    const system = new GoLiveSystem();
    rmSync(system.config);
    if (content !== undefined) writeFileSync(system.config, content);
    const before = system.files();
    const { code, stderr } = await system.run('config');
    expect(stderr).toContain(why);
    expect(stderr).toContain('Nothing was changed');
    expect(code).toBe(exit.refused);
    expect((await system.run('config', ['--check'])).code).toBe(exit.incomplete);
    expect(system.calls('systemctl')).toEqual([]);
    expect(system.files()).toEqual(before);
  });
});

describe.each(goLiveMethods)('every script: %s', (method) => {
  it('says every step and changes nothing with --dry-run', async () => {
    const system = new GoLiveSystem();
    const before = system.files();
    const { code, stdout } = await system.run(method, ['--dry-run'], { ROLLBACK_REASON: awkward });
    expect(stdout).toContain('Would ');
    expect(stdout).toContain('Nothing was changed.');
    expect(code).toBe(exit.done);
    expect(system.files()).toEqual(before);
    expect(system.calls('systemctl').filter((call) => !call.startsWith('show'))).toEqual([]);
  });

  it('refuses a folder of no trading system, another option, and a copy of it alone', async () => {
    const elsewhere = await runProgram(
      ['-c', 'cd "$1" && exec "$2"', 'sh', temporaryFolder(), goLiveScript(method)],
      'sh',
      {
        ROLLBACK_ROOT: '',
      },
    );
    expect(elsewhere.stderr).toContain('is no folder of a trading system that goes live');
    expect(elsewhere.code).toBe(exit.refused);
    const system = new GoLiveSystem();
    const before = system.files();
    const nowhere = await system.run(method, [], { ROLLBACK_ROOT: '/nowhere' });
    expect(nowhere.code).toBe(exit.refused);
    const unknown = await system.run(method, ['--force']);
    expect(unknown.code).toBe(exit.usage);
    expect(system.files()).toEqual(before);
    expect((await system.run(method, ['--help'])).stdout).toContain('ROLLBACK_GO_LIVE_CONFIG');
    const copy = join(temporaryFolder(), 'go-live.sh');
    cpSync(goLiveScript(method), copy);
    const alone = await runProgram([], copy);
    expect(alone.code).toBe(exit.refused);
    expect(alone.stderr).toContain('instead of copying it');
  });
});

describe.each(['ess', 'deactivate', 'config'] as const)('while another rollback runs: %s', (method) => {
  it('waits for its end, and is refused where that does not come in time', async () => {
    const system = new GoLiveSystem();
    const other = await holdLock(system);
    const refused = await system.run(method, [], { ROLLBACK_LOCK_TIMEOUT: '1' });
    expect(refused.stderr).toContain('waiting up to 1 s for its end');
    expect(refused.code).toBe(exit.locked);
    const second = system.run(method, [], { ROLLBACK_LOCK_TIMEOUT: '60', ROLLBACK_ESS_TIMEOUT: '1' });
    await other.end();
    // There is no backend to ask whether it has counted the emergency stop.
    expect((await second).code).toBe(method === 'ess' ? exit.incomplete : exit.done);
  });
});

it('a trading system without the programs is told so, also by --dry-run', async () => {
  const system = new GoLiveSystem();
  rmSync(system.path('scripts'), { recursive: true });
  for (const args of [[], ['--dry-run']]) {
    const ess = await system.run('ess', args);
    expect(ess.stderr).toContain('has no scripts/activate_ess.py');
    expect(ess.code).toBe(exit.refused);
    const deactivate = await system.run('deactivate', args);
    expect(deactivate.stderr).toContain('has no scripts/go_live_deactivate.py');
    expect(deactivate.code).toBe(exit.refused);
  }
  const gone = await system.run('ess', [], { ROLLBACK_ESS_COMMAND: 'no-such-program' });
  expect(gone.stderr).toContain('no-such-program is not there or cannot be run');
  expect(gone.code).toBe(exit.refused);
});

it.each([
  ['ess', 'ROLLBACK_ESS_COMMAND'],
  ['deactivate', 'ROLLBACK_DEACTIVATE_COMMAND'],
] as const)('%s with an own command is told that its script is not there', async (method, setting) => {
  const system = new GoLiveSystem();
  const dryRun = (script: string) =>
    system.run(method, ['--dry-run'], { [setting]: `bash\n${script}\n{reason}` });
  for (const script of ['stop.py', 'ops/stop']) {
    const { code, stderr } = await dryRun(script);
    expect(stderr).toContain(`${script} is not there`);
    expect(code).toBe(exit.refused);
  }
  for (const word of ['scripts/activate_ess.py', '-c', 'http://127.0.0.1/stop', 'stop']) {
    expect((await dryRun(word)).code).toBe(exit.done);
  }
});

it('the scripts know the trading system by a link that lies in it', async () => {
  const system = new GoLiveSystem();
  const link = system.path('rollback_go_live.sh');
  symlinkSync(goLiveScript('marker'), link);
  const { code } = await runProgram([], link, { ROLLBACK_ROOT: '' });
  expect(code).toBe(exit.done);
  expect(existsSync(system.marker)).toBe(false);
});
