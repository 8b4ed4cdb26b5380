import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.js';
import { packageRoot } from '../../src/platform/package-root.js';

const service = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  pull_policy: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
});
const composeFile = z.object({ services: z.record(z.string(), service) });

const { services } = composeFile.parse(
  parse(readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8'), { merge: true }),
);
const all = Object.entries(services);
const dockerfile = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8');

describe('docker-compose.yml', () => {
  it('starts every program, and the simulated trading system', () => {
    expect(Object.keys(services).sort()).toEqual(
      [
        ...['alertmanager', 'exporter', 'grafana', 'operator', 'pod', 'prometheus'],
        ...['receiver', 'redis', 'setup', 'simulator'],
      ].sort(),
    );
  });

  it.each(all)(
    '%s: pinned, without rights, in the pod, and nothing published beyond loopback',
    (name, own) => {
      expect(own.image === 'redline:local' || /:v?\d+\.\d+\.\d+/.test(own.image), own.image).toBe(true);
      expect(own.cap_drop).toEqual(['ALL']);
      expect(own.security_opt).toEqual(['no-new-privileges:true']);
      expect(own.network_mode).toBe(name === 'pod' ? undefined : 'service:pod');
      for (const port of own.ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    },
  );

  it('builds the image once, before whatever needs it', () => {
    const own = all.filter(([, { image }]) => image === 'redline:local');
    expect(own.length).toBeGreaterThan(1);
    // Two services that build one image at the same time fail with "already exists".
    expect(own.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['pod']);
    for (const [name, { pull_policy: policy }] of own)
      expect(policy, name).toBe(name === 'pod' ? undefined : 'never');
  });

  it('lets the pages of the alerts link to its Grafana', () => {
    const published = 'http://127.0.0.1:3000';
    expect(services.pod?.ports).toContain('127.0.0.1:3000:3000');
    const { config } = loadConfig(join(packageRoot, 'docker', 'config', 'redline.yml'), {});
    expect(config.grafana.url).toBe(published);
    expect(services.setup?.environment.REDLINE_GRAFANA_URL).toBe(published);
  });

  it.each(all)('%s: takes from this folder what is there', (_, own) => {
    for (const volume of own.volumes) {
      const [from = ''] = volume.split(':');
      if (from.startsWith('./')) expect(existsSync(join(packageRoot, from)), from).toBe(true);
    }
  });
});

/** What the final image takes from this folder. */
const finalStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
const pathsCopiedBy = (text: string): string[] =>
  [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) => paths?.split(' ') ?? []);
const isWithin = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** The paths below the package's folder that the code reads while it runs, as far as they are written out. */
function pathsReadByCode(): string[] {
  const folder = join(packageRoot, 'src');
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const written = texts.flatMap((text) => [...text.matchAll(/join\(packageRoot((?:, '[^']+')+)/g)]);
  return written.map(([, parts = '']) => [...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part).join('/'));
}

describe('Dockerfile', () => {
  it('copies what is there and reaches the builder, from a pinned image, for another user than root', () => {
    const copied = pathsCopiedBy(dockerfile);
    expect(copied.length).toBeGreaterThan(5);
    const admitted = readFileSync(join(packageRoot, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const path of copied) {
      expect(existsSync(join(packageRoot, path)), path).toBe(true);
      expect(isWithin(path, admitted), path).toBe(true);
    }
    expect(dockerfile.match(/^FROM (\S+)/gm)).toEqual(
      Array(2).fill(expect.stringMatching(/^FROM node:24\.\d+\.\d+-bookworm-slim$/)),
    );
    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
  });

  it('copies everything that the code reads while it runs', () => {
    // Built by the first stage; and what the set-up without containers unpacks.
    const other = ['dist', '.redline'];
    const read = pathsReadByCode().filter((path) => !isWithin(path, other));
    expect(read).toEqual(expect.arrayContaining(['docs/alerts', 'grafana/dashboards-index.json']));
    for (const path of read) expect(isWithin(path, pathsCopiedBy(finalStage)), path).toBe(true);
  });
});

/** A client with Compose: Docker's own, else the separate one. */
const compose = [['docker', 'compose'], ['docker-compose']].find(
  ([program = '', ...words]) => spawnSync(program, [...words, 'version'], { stdio: 'ignore' }).status === 0,
);

describe('Compose', () => {
  it.for([
    ['alone', ['docker-compose.yml']],
    ['with the host beside it', ['docker-compose.yml', join('docker', 'systemd.yml')]],
  ] as const)('takes docker-compose.yml %s', ([, files], { skip }) => {
    const [program = '', ...words] = compose ?? skip('neither docker compose nor docker-compose is here');
    const { status, stderr } = spawnSync(
      program,
      [...words, ...files.flatMap((file) => ['--file', file]), 'config', '--quiet'],
      {
        cwd: packageRoot,
        encoding: 'utf8',
        env: { ...process.env, REDLINE_UID: '1', REDLINE_GID: '1', JOURNAL_GID: '1' },
      },
    );
    expect(status, stderr).toBe(0);
  });
});
