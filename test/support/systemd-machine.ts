import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import type { CommandResult, PrivateSystemd } from './private-systemd.js';

/** User numbers that nothing on this machine has. */
const redline = 47_110;
const redlineExporter = 47_111;
const polkitUser = 47_112;

export const polkitDaemon = '/usr/lib/polkit-1/polkitd';

/** Where the private systemd sees what belongs to Redline; it is empty for everybody else. */
export const place = { root: '/srv', package: '/srv/redline', node: '/srv/node', config: '/srv/redline.yml' };

/**
 * Lets a private systemd be the machine that docs/security.md describes: users, the package, a trading system's folder, state.
 * All of it is mounted inside of it alone.
 */
export class SystemdMachine {
  readonly #systemd: PrivateSystemd;
  /** host folder that is /srv in there */
  readonly folder: string;

  private constructor(systemd: PrivateSystemd, folder: string) {
    this.#systemd = systemd;
    this.folder = folder;
  }

  static async create(systemd: PrivateSystemd): Promise<SystemdMachine> {
    const folder = mkdtempSync(join(tmpdir(), 'redline-machine-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const machine = new SystemdMachine(systemd, folder);
    for (const name of ['redline', 'trading', 'rules']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'node'), '');
    await machine.#addUsers();
    await machine.#inside('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/var/lib');
    await machine.#inside('mount', '--bind', folder, place.root);
    await machine.#inside('mount', '--bind', packageRoot, place.package);
    await machine.#inside('mount', '--bind', process.execPath, place.node);
    await machine.#inside('chmod', '755', place.root);
    // As systemd-tmpfiles leaves it; without it nobody but root reads the journal.
    await machine.#inside('chgrp', '-R', 'systemd-journal', '/run/log/journal');
    await machine.#inside('chmod', '-R', 'g+rX', '/run/log/journal');
    await machine.#inside('chown', String(redline), '/srv/trading');
    onTestFinished(async () => {
      for (const path of [place.node, place.package, place.root, '/var/lib', '/etc/group', '/etc/passwd'])
        await systemd.run('umount', ['-l', path]);
    });
    return machine;
  }

  /** Writes redline.yml. */
  configure(config: object): void {
    writeFileSync(join(this.folder, 'redline.yml'), stringify(config));
  }

  /** Installs a unit of ours as it stands, and a drop-in with what differs here: the paths, and targets that are not there. */
  async install(unit: string, program: string, service = ''): Promise<void> {
    copyFileSync(join(packageRoot, 'systemd', unit), join(this.#systemd.units, unit));
    await this.#systemd.writeUnit(
      `${unit}.d/test.conf`,
      `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=\nExecStart=${place.node} ${place.package}/dist/main.js --config ${place.config} ${program}\n${service}\n`,
    );
    onTestFinished(async () => {
      await this.#systemd.systemctl('kill', '--signal=SIGKILL', unit);
      await this.#systemd.systemctl('stop', unit);
    });
  }

  /** Starts polkitd with our rule, as dbus would. */
  async startPolkit(): Promise<void> {
    copyFileSync(
      join(packageRoot, 'systemd', '50-redline.rules'),
      join(this.folder, 'rules', '50-redline.rules'),
    );
    await this.#systemd.writeUnit(
      'polkit.service',
      `[Unit]\nDefaultDependencies=no\n[Service]\nType=dbus\nBusName=org.freedesktop.PolicyKit1\nExecStart=${polkitDaemon} --no-debug\nBindReadOnlyPaths=/srv/rules:/etc/polkit-1/rules.d\n`,
    );
    const { code, stderr } = await this.#systemd.systemctl('start', 'polkit.service');
    if (code !== 0) throw new Error(`polkitd did not start: ${stderr}`);
    onTestFinished(async () => {
      await this.#systemd.systemctl('stop', 'polkit.service');
    });
  }

  /** Runs a program as the receiver's user, who has no rights of his own. */
  asReceiver(program: string, ...args: readonly string[]): Promise<CommandResult> {
    const id = String(redline);
    const user = ['--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs'];
    return this.#systemd.run('setpriv', [...user, program, ...args]);
  }

  /** Waits until a program of Redline answers inside. */
  async answers(url: string): Promise<void> {
    const answered = await poll(async () => {
      const response = await fetch(url).catch(() => undefined);
      return response?.ok === true ? true : undefined;
    }, 60);
    if (answered === true) return;
    const { stdout } = await this.#systemd.run('journalctl', ['-n', '60', '--no-pager']);
    throw new Error(`${url} does not answer:\n${stdout}`);
  }

  async #addUsers(): Promise<void> {
    const users = [
      `redline:x:${redline}:${redline}::/nonexistent:/usr/sbin/nologin`,
      `redline-exporter:x:${redlineExporter}:${redlineExporter}::/nonexistent:/usr/sbin/nologin`,
      `polkitd:x:${polkitUser}:${polkitUser}::/nonexistent:/usr/sbin/nologin`,
    ];
    const groups = [
      `redline:x:${redline}:`,
      `redline-exporter:x:${redlineExporter}:`,
      `polkitd:x:${polkitUser}:`,
      `systemd-journal:x:47113:`,
    ];
    for (const [file, lines] of [
      ['passwd', users],
      ['group', groups],
    ] as const) {
      const copy = join(this.folder, file);
      const ours = new Set(lines.map((line) => line.split(':')[0]));
      const others = readFileSync(join('/etc', file), 'utf8')
        .trimEnd()
        .split('\n')
        .filter((line) => !ours.has(line.split(':')[0]));
      writeFileSync(copy, `${[...others, ...lines].join('\n')}\n`);
      await this.#inside('mount', '--bind', copy, join('/etc', file));
    }
  }

  async #inside(program: string, ...args: string[]): Promise<void> {
    const { code, stderr } = await this.#systemd.run(program, args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  }
}

/** Whether this machine has a polkitd. */
export const hasPolkit = existsSync(polkitDaemon);
