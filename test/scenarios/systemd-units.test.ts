import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../../src/platform/free-port.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { firing, payload } from '../support/receiver.js';
import { hasPolkit, place, SystemdMachine } from '../support/systemd-machine.js';
import { describeWithSystemd } from '../support/systemd-suite.js';
import { createTradeTables, TradeWriter } from '../support/trade-tables.js';

/** What `systemd-analyze security` may find at most, of 10; left open are the network, /proc of one's own, and machine code. */
const greatestExposure = 2.5;
const unitFiles = ['redline-receiver.service', 'redline-exporter.service', 'redline-backup.service'];
const engine = 'quantum-ai-engine.service';
const longRunning = '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep infinity\n';

describeWithSystemd('the units of systemd/', (systemd) => {
  it('have no mistake and little that is left open', async () => {
    const machine = await SystemdMachine.create(systemd());
    for (const unit of unitFiles) {
      await machine.install(unit, 'receiver');
      const analyze = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
        systemd().run('systemd-analyze', args, {
          environment: { ...process.env, SYSTEMD_UNIT_PATH: '/etc/systemd/system' },
        });
      const verified = await analyze('verify', '--man=no', unit);
      expect(verified.stderr.split('\n').filter((line) => line.includes(unit))).toEqual([]);
      const threshold = `--threshold=${greatestExposure * 10}`;
      const file = join(place.package, 'systemd', unit);
      const exposed = await analyze('security', '--offline=true', threshold, '--no-pager', file);
      expect(exposed.code, exposed.stdout + exposed.stderr).toBe(0);
    }
  });

  it('let the exporter read, and write only where it keeps how far it has read', async () => {
    const machine = await SystemdMachine.create(systemd());
    const port = await freePort();
    machine.configure({
      files: { root: '/srv/trading' },
      exporter: { listen: `127.0.0.1:${port}`, state_directory: '/var/lib/redline-exporter' },
      state: { directory: '/var/lib/redline' },
    });
    await systemd().writeUnit(engine, longRunning);
    await machine.install('redline-exporter.service', 'exporter');
    expect(await systemd().systemctl('start', 'redline-exporter.service')).toMatchObject({ code: 0 });
    await machine.answers(`http://127.0.0.1:${port}/-/ready`);
    const page = await poll(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return text.includes('redline_collector_success{collector="systemd"} 1') &&
        text.includes('redline_collector_success{collector="journal"} 1')
        ? text
        : undefined;
    }, 30);
    expect(page).toContain(`quantum_unit_loaded{unit="${engine}"`);

    const pid = await systemd().property('redline-exporter.service', 'MainPID');
    const inItsPlace = [
      '--target',
      pid,
      '--mount',
      '--',
      'setpriv',
      '--reuid=redline-exporter',
      '--clear-groups',
    ];
    const touch = async (path: string): Promise<string> =>
      (await systemd().run('nsenter', [...inItsPlace, 'touch', path])).stderr;
    expect(await touch('/var/lib/redline-exporter/mark')).toBe('');
    for (const path of ['/srv/trading/mark', '/etc/mark', '/usr/mark', '/var/mark'])
      expect(await touch(path)).toMatch(/Read-only file system|Permission denied/);
  });

  it('let the backup read the database of another user while that is written to, and write copies and nothing else', async () => {
    const machine = await SystemdMachine.create(systemd());
    machine.configure({ files: { root: '/srv/trading' }, state: { directory: '/var/lib/redline' } });
    const trading = join(machine.folder, 'trading');
    mkdirSync(join(trading, 'backups'));
    const owned = await systemd().run('chown', ['--reference=/srv/trading', '/srv/trading/backups']);
    expect(owned.stderr).toBe('');
    const database = join(trading, 'data', 'trading.db');
    createTradeTables(database, 5000);
    const writer = await TradeWriter.start(database);
    await machine.install('redline-backup.service', 'backup --json');
    const started = await systemd().systemctl('start', 'redline-backup.service');
    const said = await systemd().run('journalctl', ['-u', 'redline-backup.service', '--no-pager']);
    expect(started, said.stdout).toMatchObject({ code: 0 });
    expect(said.stdout).toContain('"method": "snapshot"');
    expect(writer.isRunning, writer.said).toBe(true);
    await writer.stop();
    expect(readdirSync(join(trading, 'backups')).some((name) => /^trading_\d{8}\.db$/.test(name))).toBe(true);
    expect(readdirSync(join(trading, 'data'))).toEqual(['trading.db']);
  });

  it('start the backup every day, also for a day that was missed', async () => {
    const timer = 'redline-backup.timer';
    copyFileSync(join(packageRoot, 'systemd', timer), join(systemd().units, timer));
    await systemd().writeUnit(`${timer}.d/test.conf`, '[Unit]\nDefaultDependencies=no\n');
    const verified = await systemd().run('systemd-analyze', ['verify', '--man=no', timer], {
      environment: { ...process.env, SYSTEMD_UNIT_PATH: '/etc/systemd/system' },
    });
    expect(verified.stderr.split('\n').filter((line) => line.includes(`${timer}:`))).toEqual([]);
    await systemd().systemctl('daemon-reload');
    expect(await systemd().property(timer, 'Unit')).toBe('redline-backup.service');
    expect(await systemd().property(timer, 'Persistent')).toBe('yes');
    expect(await systemd().property(timer, 'TimersCalendar')).toContain('OnCalendar=*-*-* 23:30:00 UTC');
  });

  it('let the receiver roll back through polkit, keep its script from writing elsewhere, and let it outlive a crash', async (context) => {
    if (!hasPolkit) context.skip('this machine has no polkitd');
    const machine = await SystemdMachine.create(systemd());
    await machine.startPolkit();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const trading = join(machine.folder, 'trading');
    writeFileSync(
      join(trading, 'roll.sh'),
      `#!/bin/bash
exec > "$ROLLBACK_ROOT/said" 2>&1
for path in /etc/mark /usr/mark /var/mark /srv/redline.yml; do touch "$path" && echo "wrote $path"; done
systemctl --no-ask-password stop dbus.service && echo 'stopped the bus'
journalctl -q -n 1 -u ${engine} | grep -q . && echo 'read the journal'
echo "began $$"
until [[ -e $ROLLBACK_ROOT/go ]]; do read -rt 0.1 <> <(:) || true; done
systemctl --no-ask-password reset-failed ${engine}
systemctl --no-ask-password restart ${engine} && systemctl --no-ask-password daemon-reload && echo restarted
umask
`,
      { mode: 0o755 },
    );
    writeFileSync(join(machine.folder, 'receiver.token'), 'token\n', { mode: 0o644 });
    machine.configure({
      files: { root: '/srv/trading' },
      state: { directory: '/var/lib/redline' },
      prometheus: { url: 'http://127.0.0.1:9' },
      receiver: { listen: `127.0.0.1:${port}`, token_file: '/srv/receiver.token' },
      rollbacks: {
        qsc: {
          methods: [
            { name: 'script', command: ['./roll.sh'], timeout: '60s', verify: [{ unit_active: engine }] },
          ],
        },
      },
    });
    await systemd().writeUnit(engine, longRunning);
    await systemd().systemctl('start', engine);
    const before = await systemd().property(engine, 'InvocationID');
    await machine.install('redline-receiver.service', 'receiver');
    expect(await systemd().systemctl('start', 'redline-receiver.service')).toMatchObject({ code: 0 });
    await machine.answers(`${url}/-/ready`);
    const post = (path: string, body: object): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const declared = await post('/api/deployments', {
      kind: 'canary',
      model: 'patchtst',
      cutover: 1_700_000_000,
      weight: 0.1,
      observation_seconds: 3600,
      settle_seconds: 1,
    });
    const { id } = (await declared.json()) as { id: string };
    expect((await post('/webhook', payload(firing(id)))).status).toBe(200);
    const said = (): string => {
      const path = join(trading, 'said');
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    const began = await poll(() => /began (\d+)/.exec(said())?.[1], 30);
    expect(began).toBeDefined();
    expect(said()).not.toMatch(/wrote|stopped the bus/);
    expect(said()).toContain('Read-only file system');
    // Incident files get the last lines of the engine.
    expect(said()).toContain('read the journal');

    // KillMode=process: the script is another process than the receiver.
    await systemd().systemctl('kill', '--signal=SIGKILL', '--kill-who=main', 'redline-receiver.service');
    await poll(
      async () =>
        Number(await systemd().property('redline-receiver.service', 'NRestarts')) > 0 ? true : undefined,
      30,
    );
    await machine.answers(`${url}/-/ready`);
    writeFileSync(join(trading, 'go'), '');
    const finished = await poll(async () => {
      const { rollbacks } = (await (await fetch(`${url}/api/rollbacks`)).json()) as {
        rollbacks: { result: string | null }[];
      };
      return rollbacks[0]?.result ?? undefined;
    }, 60);
    expect(finished, said()).toBe('succeeded');
    expect(said()).toContain('restarted');
    expect(said()).toContain('0022');
    expect(await systemd().property(engine, 'InvocationID')).not.toBe(before);
  });
});

describeWithSystemd('50-redline.rules, with a real polkitd,', (systemd) => {
  it('lets the user do what scripts do to the named units, and nothing else', async (context) => {
    if (!hasPolkit) context.skip('this machine has no polkitd');
    const machine = await SystemdMachine.create(systemd());
    await machine.startPolkit();
    for (const unit of [engine, 'other.service']) await systemd().writeUnit(unit, longRunning);
    // Its failures can only be reset where it is loaded.
    await systemd().systemctl('start', 'other.service');
    const allowed = async (...args: string[]): Promise<boolean> => {
      const { code, stderr } = await machine.asReceiver('systemctl', '--no-ask-password', ...args);
      if (code !== 0) expect(stderr).toMatch(/Access denied|Interactive authentication required/);
      return code === 0;
    };
    for (const verb of ['start', 'restart', 'reset-failed', 'stop']) {
      expect(await allowed(verb, engine), verb).toBe(true);
      expect(await allowed(verb, 'other.service'), verb).toBe(false);
    }
    expect(await allowed('daemon-reload')).toBe(true);
    await systemd().systemctl('start', engine);
    for (const args of [
      ['reload-or-restart', engine],
      ['kill', engine],
      ['set-property', '--runtime', engine, 'CPUWeight=1'],
      ['mask', engine],
      ['enable', engine],
      ['set-environment', 'LD_PRELOAD=/srv/evil.so'],
    ])
      expect(await allowed(...args), args.join(' ')).toBe(false);
  });
});
