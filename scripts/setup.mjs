// What `npm start` and `npm test` need on a fresh clone: Redline's own dependencies, its build, and real servers.
// Uses Node's own modules alone, since it runs before anything is installed. Installs nothing on the machine.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { relocatePrograms } from './relocate.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const serversFolder = join(root, '.redline', 'servers');
const systemdFolder = join(root, '.redline', 'systemd');
const browserFolder = join(root, '.redline', 'browser');

/** A program that Redline starts, and the Debian packages that bring it. */
export const programs = {
  'redis-server': ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2'],
  'redis-cli': ['redis-tools', 'liblzf1', 'libjemalloc2'],
  prometheus: ['prometheus'],
  promtool: ['prometheus'],
  alertmanager: ['prometheus-alertmanager'],
  amtool: ['prometheus-alertmanager'],
  shellcheck: ['shellcheck'],
  openssl: ['openssl'],
  'prometheus-redis-exporter': ['prometheus-redis-exporter'],
};

/** Libraries of these programs that a small Debian lacks. Other releases name some differently, and mostly have them. */
const libraries = ['libatomic1', 'libssl3', 'libgmp10', 'libffi8'];

/** What brings a systemd, its bus, and the libraries of both that a small Debian lacks. */
const systemdPackages = [
  ...['systemd', 'libsystemd-shared', 'dbus-daemon', 'libdbus-1-3', 'libexpat1', 'libapparmor1'],
  ...['libip4tc2', 'libkmod2', 'libseccomp2', 'libssl3', 'libcap2', 'libacl1'],
];

/** What brings a browser, and letters for it. What else it needs and the machine lacks is found out by apt. */
const browserPackages = ['chromium', 'fonts-liberation', 'fontconfig-config'];

/** Names under which a program is found, Debian's among them. */
const alternativeNames = {
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  'prometheus-redis-exporter': ['redis_exporter', 'prometheus-redis-exporter'],
};

export function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) fail(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0)
    fail(`${command} ${args.join(' ')} failed (${result.signal ?? `exit ${result.status}`}).`);
}

/** Sets up what these tests need, then runs them; arguments of the command choose files. */
export function runVitest(wanted, config) {
  checkNode();
  exclusively(() => {
    ensureDependencies();
    ensurePrograms(wanted);
  });
  run('npx', ['--no-install', 'vitest', 'run', '--config', config, ...process.argv.slice(2)]);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Redline needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

/** npm ci, when the lock file is newer than what is installed. */
export function ensureDependencies() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write('Installing dependencies (npm ci) ...\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    fail(
      'npm ci failed (see above). Where it was better-sqlite3: npm compiles it when its ready-made build cannot be fetched, and needs python3, make and g++ for that (apt-get install python3 make g++).',
    );
}

export function ensureBuild() {
  process.stderr.write('Building ...\n');
  run('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2] });
}

/** Where a program stands: on the PATH, else among the unpacked packages; undefined: nowhere. */
export function locate(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(serversFolder, 'usr', 'bin')];
  for (const name of alternativeNames[program] ?? [program]) {
    for (const folder of folders)
      if (folder !== '' && existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/**
 * Sees to it that the programs can be started: takes those on the PATH and fetches Debian's packages for the others into
 * .redline/servers, unpacked there. No root needed, nothing installed, no service started.
 */
export function ensurePrograms(wanted) {
  const missing = wanted.filter((program) => locate(program) === undefined);
  if (missing.length === 0) return;
  const explain = (why) =>
    fail(
      `These programs are missing: ${missing.join(', ')}. ${why}\nInstall them so that they are on the PATH, or use containers: docker compose.`,
    );
  if (process.platform !== 'linux') explain('They are fetched by themselves on Debian and Ubuntu only.');
  for (const tool of ['apt-get', 'dpkg']) {
    if (spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0)
      explain(`They are fetched with ${tool}, which this machine does not have.`);
  }
  process.stderr.write(
    `Fetching ${missing.join(', ')} (Debian packages, unpacked into .redline/servers) ...\n`,
  );
  const needed = new Set(missing.flatMap((program) => programs[program]));
  const problem = fetchPackages([...needed], serversFolder, libraries);
  if (problem !== undefined) explain(problem);
  const still = wanted.filter((program) => locate(program) === undefined);
  if (still.length > 0) explain(`Debian's packages did not bring ${still.join(', ')}.`);
}

/**
 * Fetches a systemd for the tests that start one of their own, where it is missing and could be started: by root, on a
 * machine that allows new namespaces. Those tests are skipped without it, so nothing fails here.
 */
export function offerSystemd() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return;
  const isComplete = (folder) =>
    ['usr/lib/systemd/systemd', 'usr/bin/dbus-daemon'].every((path) => existsSync(join(folder, path)));
  if (isComplete('/') || isComplete(systemdFolder)) return;
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], { stdio: 'ignore' }).status !== 0) return;
  process.stderr.write('Fetching systemd for the tests (unpacked into .redline/systemd) ...\n');
  const problem = fetchPackages(systemdPackages, systemdFolder);
  // Packages hold /bin and /lib beside /usr; on a machine of today both are below it.
  for (const name of ['bin', 'lib'])
    if (existsSync(join(systemdFolder, name)))
      mergeInto(join(systemdFolder, name), join(systemdFolder, 'usr', name));
  if (problem !== undefined)
    process.stderr.write(`It could not be fetched, so tests that need it are skipped: ${problem}\n`);
}

/**
 * Fetches Debian's chromium with the libraries that this machine lacks, for the tests that look at the status page and for
 * its screenshots. Those tests are skipped without it, so nothing fails here.
 */
export function offerBrowser() {
  if (process.platform !== 'linux' || locateBrowser() !== undefined) return;
  process.stderr.write('Fetching chromium for the tests (unpacked into .redline/browser) ...\n');
  const problem = fetchPackages(browserPackages, browserFolder, [], true);
  if (problem !== undefined)
    process.stderr.write(`It could not be fetched, so tests that need it are skipped: ${problem}\n`);
}

/** Where chromium stands: on the PATH, else unpacked; undefined: nowhere. */
function locateBrowser() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [
    ...folders.map((folder) => join(folder, 'chromium')),
    join(browserFolder, 'usr/lib/chromium/chromium'),
  ].find((path) => existsSync(path));
}

/**
 * @param target folder that the packages' files are added to
 * @param optional packages that are left out where they cannot be had
 * @param isWhole whether what the packages depend on is fetched too, as far as it is not installed
 * @returns what went wrong, or undefined
 */
function fetchPackages(packages, target, optional = [], isWhole = false) {
  const work = join(root, '.redline', `fetch-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs'])
    mkdirSync(join(work, folder), { recursive: true });
  // apt with lists and cache of its own, so that it needs no root and leaves the machine's alone.
  const own = [
    '-qq',
    '-o',
    `Dir::State::Lists=${work}/lists`,
    '-o',
    `Dir::Cache=${work}/cache`,
    '-o',
    'Debug::NoLocking=1',
    '-o',
    'APT::Sandbox::User=',
  ];
  const apt = (args) =>
    spawnSync('apt-get', [...own, ...args], {
      cwd: join(work, 'debs'),
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
    });
  try {
    const failure = ({ stderr }, what) => `apt-get ${what} failed: ${stderr.trim().split('\n').at(-1)}`;
    const updated = apt(['update']);
    if (updated.status !== 0) return failure(updated, 'update');
    let wanted = packages;
    if (isWhole) {
      const listed = apt(['--no-install-recommends', '--print-uris', 'install', ...packages]);
      if (listed.status !== 0) return failure(listed, 'install --print-uris');
      // 'address' name_version_architecture.deb size ...
      wanted = listed.stdout.split('\n').flatMap((line) => /^'[^']*' ([^_ ]+)_/.exec(line)?.[1] ?? []);
    }
    const downloaded = apt(['download', ...wanted]);
    if (downloaded.status !== 0) return failure(downloaded, 'download');
    for (const name of optional) apt(['download', name]);
    const unpacked = join(work, 'root');
    for (const file of readdirSync(join(work, 'debs')).filter((name) => name.endsWith('.deb'))) {
      const result = spawnSync('dpkg', ['-x', join(work, 'debs', file), unpacked], { encoding: 'utf8' });
      if (result.status !== 0) return `dpkg could not unpack ${file}: ${result.stderr.trim()}`;
    }
    relocatePrograms(unpacked);
    mergeInto(unpacked, target);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function mergeInto(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const target = join(to, entry.name);
    if (entry.isDirectory()) mergeInto(join(from, entry.name), target);
    else renameSync(join(from, entry.name), target);
  }
}

/** Takes turns with other set-ups in the same clone: two at once would write the same folders. */
export function exclusively(work) {
  const lock = join(root, '.redline', 'setup.lock');
  mkdirSync(join(root, '.redline'), { recursive: true });
  const started = Date.now();
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isRunning(Number(readOrEmpty(lock))) || Date.now() - started > 600_000)
        rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
