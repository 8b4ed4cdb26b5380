import { isAbsolute, join } from 'node:path';

/** A path of a configuration file in `folder`, made absolute, so that the file can be moved. */
export function absolutePath(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The same for every setting of a configuration whose name ends in `_file`, at any depth. */
export function withAbsoluteFiles(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withAbsoluteFiles(item, folder));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, unknown] => [
      key,
      key.endsWith('_file') && typeof item === 'string'
        ? absolutePath(folder, item)
        : withAbsoluteFiles(item, folder),
    ]),
  );
}
