import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';

const supportFolder = join(packageRoot, 'test', 'support');
/** Where the set-up unpacks systemd and its bus where the machine lacks them. */
const unpacked = join(packageRoot, '.redline', 'systemd');

/** Units of the private systemd itself: the bus and the journal, nothing else. */
const ownUnits: Readonly<Record<string, string>> = {
  'default.target': `[Unit]
DefaultDependencies=no
Wants=systemd-journald.service dbus.service
`,
  'systemd-journald.socket': `[Unit]
DefaultDependencies=no
[Socket]
ListenStream=/run/systemd/journal/stdout
ListenDatagram=/run/systemd/journal/socket
PassCredentials=yes
`,
  'systemd-journald.service': `[Unit]
DefaultDependencies=no
Requires=systemd-journald.socket
[Service]
Type=notify
ExecStart=/lib/systemd/systemd-journald
Sockets=systemd-journald.socket
StandardOutput=null
`,
  'dbus.socket': `[Unit]
DefaultDependencies=no
[Socket]
ListenStream=/run/dbus/system_bus_socket
`,
  'dbus.service': `[Unit]
DefaultDependencies=no
Requires=dbus.socket
[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/bin/dbus-daemon --config-file=/run/bus.conf --nofork --nopidfile --address=systemd:
`,
};

const busConfiguration = `<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow user="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

const journalConfiguration = `[Journal]
Storage=volatile
Audit=no
ReadKMsg=no
RateLimitBurst=0
`;

/** Why no private systemd can run here; undefined: it can. Tests are skipped with it. */
export const systemdUnavailable: string | undefined = findObstacle();

function findObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'systemd runs on Linux alone';
  if (process.getuid?.() !== 0) return 'a systemd of its own needs root';
  const missing = ['setpriv', 'unshare', 'nsenter', 'mount'].filter((name) => !onPath(name));
  if (missing.length > 0) return `${missing.join(', ')} missing (util-linux)`;
  if (!isInstalled('/') && !isInstalled(unpacked))
    return 'neither installed nor fetched: systemd and dbus-daemon (npm test fetches them for root, on Debian)';
  if (cgroupBase() === undefined) return 'no cgroup2 file system that may be written';
  try {
    const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', 'true'];
    execFileSync('unshare', namespaces, { stdio: 'pipe' });
  } catch {
    return 'this machine allows no new namespaces (a container without privileges?)';
  }
  return undefined;
}

function isInstalled(root: string): boolean {
  return existsSync(join(root, 'usr/lib/systemd/systemd')) && existsSync(join(root, 'usr/bin/dbus-daemon'));
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** The cgroup2 hierarchy's folder, beside the older hierarchies or instead of them. */
function cgroupBase(): string | undefined {
  return ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) => {
    try {
      accessSync(join(folder, 'cgroup.procs'), constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** How a command ended. */
export interface CommandResult {
  /** null: ended by a signal */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A real systemd that sees and manages only its own processes, with a bus and a journal. Several can run at once.
 * It goes when `stop` is called, and with the process that started it.
 */
export class PrivateSystemd {
  /** host folder that is /etc/systemd/system in there */
  readonly units: string;
  /** address of its bus, as seen from outside */
  readonly busAddress: string;
  readonly #folder: string;
  readonly #cgroup: string;
  readonly #unshare: ChildProcess;
  #init = 0;

  private constructor(folder: string, cgroup: string, unshare: ChildProcess) {
    this.units = join(folder, 'units');
    this.busAddress = `unix:path=${join(folder, 'run/dbus/system_bus_socket')}`;
    this.#folder = folder;
    this.#cgroup = cgroup;
    this.#unshare = unshare;
  }

  /** Starts one and waits until its bus answers. */
  static async start(): Promise<PrivateSystemd> {
    const base = cgroupBase();
    if (base === undefined) throw new Error(systemdUnavailable ?? 'no cgroup2');
    const folder = mkdtempSync(join(tmpdir(), 'redline-systemd-'));
    for (const name of ['units', 'run/dbus', 'run/systemd/system', 'run/systemd/journald.conf.d'])
      mkdirSync(join(folder, name), { recursive: true });
    await writeFile(join(folder, 'run/bus.conf'), busConfiguration);
    await writeFile(join(folder, 'run/systemd/journald.conf.d/test.conf'), journalConfiguration);
    for (const [name, text] of Object.entries(ownUnits)) await writeFile(join(folder, 'units', name), text);
    const cgroup = join(base, folder.slice(tmpdir().length + 1));
    const unshare = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
        ...['--mount-proc', '--propagation', 'private', '--', join(supportFolder, 'private-systemd.sh')],
        ...[folder, cgroup, isInstalled('/') ? '' : unpacked],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const systemd = new PrivateSystemd(folder, cgroup, unshare);
    await systemd.#becomeReady();
    return systemd;
  }

  async #becomeReady(): Promise<void> {
    let log = '';
    for (const stream of [this.#unshare.stdout, this.#unshare.stderr])
      stream?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    const ready = await poll(
      async () => {
        if (this.#unshare.exitCode !== null) return false;
        const init = firstChild(this.#unshare.pid);
        if (init === undefined || !existsSync(join(this.#folder, 'run/dbus/system_bus_socket')))
          return undefined;
        this.#init = init;
        return (await this.systemctl('is-active', 'dbus.service')).code === 0 ? true : undefined;
      },
      20,
      0.05,
    );
    if (ready === true) return;
    await this.stop();
    throw new Error(`the private systemd did not start: ${log}`);
  }

  /** Writes a unit file (or a drop-in, `x.service.d/y.conf`) and lets systemd read it. */
  async writeUnit(name: string, text: string): Promise<void> {
    const path = join(this.units, name);
    mkdirSync(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    await this.systemctl('daemon-reload');
  }

  systemctl(...args: string[]): Promise<CommandResult> {
    return this.run('systemctl', args);
  }

  /** Writes a program that is systemctl for this systemd, for those who start it from outside. */
  writeSystemctl(path: string): void {
    const enter = `nsenter --target ${this.#init} --mount --pid --wdns=/ -- systemctl "$@"`;
    writeFileSync(path, `#!/bin/sh\nexec ${enter}\n`, { mode: 0o755 });
  }

  /**
   * Writes a program that is journalctl for this systemd's journal.
   * @param prefix what it is run by, e.g. a program that takes rights away
   */
  writeJournalctl(path: string, prefix: readonly string[] = []): void {
    // In its pid namespace too: journalctl watches files by way of /proc/self.
    const enter = [
      'nsenter',
      '--target',
      String(this.#init),
      '--mount',
      '--pid',
      '--wdns=/',
      '--',
      ...prefix,
    ];
    writeFileSync(path, `#!/bin/sh\nexec ${enter.join(' ')} journalctl "$@"\n`, { mode: 0o755 });
  }

  /** How many entries the journal has of a unit, as journalctl itself shows them. */
  async journalEntries(unit: string): Promise<number> {
    const { stdout } = await this.run('journalctl', ['-u', unit, '-o', 'json', '--output-fields=PRIORITY']);
    return stdout.split('\n').length - 1;
  }

  /** The value of a unit's property, as systemctl prints it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.systemctl('show', '-p', name, '--value', unit)).stdout.trim();
  }

  /**
   * Runs a program in there.
   * @param environment all of its environment; left out: that of this process
   */
  run(
    program: string,
    args: readonly string[],
    options: { environment?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): Promise<CommandResult> {
    const child = spawn(
      'nsenter',
      [
        ...['--target', String(this.#init), '--mount', '--pid'],
        `--wdns=${options.cwd ?? '/'}`,
        ...['--', program, ...args],
      ],
      {
        // nsenter itself is found by the PATH of this process.
        ...(options.environment === undefined ? {} : { env: options.environment }),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    return new Promise((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Ends it and everything that it started. */
  async stop(): Promise<void> {
    // The death of a namespace's first process ends every process in it.
    if (this.#init > 0 && this.#unshare.exitCode === null) process.kill(this.#init, 'SIGKILL');
    this.#unshare.kill('SIGKILL');
    await poll(
      () => ((this.#unshare.exitCode ?? this.#unshare.signalCode) === null ? undefined : true),
      5,
      0.02,
    );
    await poll(() => removeCgroup(this.#cgroup), 5, 0.05);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The first child of a process, by the kernel's list. */
function firstChild(pid: number | undefined): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid ?? 0}/task/${pid ?? 0}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

/** @returns true when it is gone; undefined while the kernel still ends a process in it */
function removeCgroup(folder: string): true | undefined {
  if (!existsSync(folder)) return true;
  try {
    execFileSync('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], { stdio: 'pipe' });
    return true;
  } catch {
    return undefined;
  }
}
