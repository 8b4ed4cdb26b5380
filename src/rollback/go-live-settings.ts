import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { errorMessage, UserError } from '../platform/errors.js';
import { readSetting, writeSetting } from './yaml-edit.js';

// A program of its own, run by rollback/go-live.sh. Its arguments are the path of a YAML file and
//   NAME                      prints what stands under the name: true, false, absent, or other
//   NAME VALUE [NAME VALUE]   prints the file's text with each value, JSON of a boolean or a text, under its name

/** Largest file that is read, bytes. */
const largestFile = 256 * 1024;

const setting = z.union([z.boolean(), z.string()]);

const [path = '', ...words] = process.argv.slice(2);
try {
  const text = readText(path);
  const [name = ''] = words;
  process.stdout.write(words.length === 1 ? `${describe(readSetting(text, name))}\n` : edit(text, words));
} catch (error) {
  process.stderr.write(`${path}: ${errorMessage(error)}\n`);
  process.exitCode = 1;
}

/** @throws UserError where it is too large, or not UTF-8: its bytes could not be kept */
function readText(file: string): string {
  if (statSync(file).size > largestFile) throw new UserError(`it is larger than ${largestFile} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) throw new UserError('it is not UTF-8');
    throw error;
  }
}

function edit(text: string, [name, value, ...rest]: readonly string[]): string {
  if (name === undefined || value === undefined) return text;
  return edit(writeSetting(text, name, setting.parse(JSON.parse(value))), rest);
}

function describe(value: unknown): string {
  if (value === undefined) return 'absent';
  return typeof value === 'boolean' ? String(value) : 'other';
}
