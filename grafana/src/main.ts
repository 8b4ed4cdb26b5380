import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/platform/package-root.js';
import { generatedFiles } from './files.js';

const usage = `npm run dashboards -- [--receiver <url>] [--directory <folder>]

  --receiver   where a browser reaches the receiver, for the links to the documentation
  --directory  where the files are written; default: the folder grafana of Redline
`;

/** @returns the exit code */
function main(args: string[]): number {
  const { values, problem } = options(args);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n\n${usage}`);
    return 2;
  }
  const folder = resolve(values.directory ?? join(packageRoot, 'grafana'));
  const files = generatedFiles({ receiver: values.receiver?.replace(/\/+$/, '') });
  for (const { path, text } of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  process.stdout.write(`${files.length} files written below ${folder}\n`);
  return 0;
}

interface Options {
  readonly values: { readonly receiver?: string; readonly directory?: string };
  /** what is wrong with them; undefined: nothing */
  readonly problem?: string;
}

function options(args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: { receiver: { type: 'string' }, directory: { type: 'string' } },
    });
    if (values.receiver !== undefined && !/^https?:\/\/[^/]/.test(values.receiver))
      return {
        values,
        problem: `--receiver ${values.receiver} is no URL: begin it with http:// or https://.`,
      };
    return { values };
  } catch (error) {
    return { values: {}, problem: error instanceof Error ? error.message : String(error) };
  }
}

process.exitCode = main(process.argv.slice(2));
