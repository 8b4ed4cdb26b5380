import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of Redline itself: where `prometheus/`, `alertmanager/`, `rollback/` and `docs/` stand. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** Redline's version, from package.json. */
export const packageVersion = readVersion(join(packageRoot, 'package.json'));

function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json of Redline not found above its code');
  return findPackageRoot(parent);
}

function readVersion(path: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  ) {
    return manifest.version;
  }
  throw new Error(`${path} states no version`);
}
