import { stat, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { BigIntStats } from 'node:fs';

/** Entries of the folder that are looked at. */
const mostEntries = 2000;

/** What stands between a log's name and the end of it once it was rotated: `.1`, `-20261129`, `.2026-11-29_08`. */
const mark = String.raw`[.-]\d[\dT_.-]*`;

/** A file beside a log. */
export interface Neighbour {
  readonly path: string;
  readonly stats: BigIntStats;
  /** whether its name is that of a rotated log, not compressed */
  readonly isRotated: boolean;
}

/** The regular files in the folder of a log, itself included. Those that cannot be looked at are left out. */
export async function neighboursOf(log: string): Promise<Neighbour[]> {
  const folder = dirname(log);
  const rotated = rotatedName(basename(log));
  const names = await readdir(folder).catch(() => []);
  const neighbours: Neighbour[] = [];
  for (const name of ordered(names, rotated).slice(0, mostEntries)) {
    const path = join(folder, name);
    const stats = await stat(path, { bigint: true }).catch(() => undefined);
    if (stats?.isFile() === true) neighbours.push({ path, stats, isRotated: rotated.test(name) });
  }
  return neighbours;
}

/** Of a crowded folder those with a likely name first. */
function ordered(names: readonly string[], rotated: RegExp): string[] {
  return [...names.filter((name) => rotated.test(name)), ...names.filter((name) => !rotated.test(name))];
}

/** logrotate puts the mark behind the name, or with `extension` before the extension. */
function rotatedName(name: string): RegExp {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  return new RegExp(`^(?:${quoted(name)}${mark}|${quoted(stem)}${mark}${quoted(extension)})$`);
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
