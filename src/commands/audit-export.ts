import { existsSync, realpathSync } from 'node:fs';
import { ExitCode, UserError, errorCode } from '../platform/errors.js';
import { replaceFile } from '../platform/files.js';
import { ChainError } from '../rollback/chain.js';
import { readLedgerFile, type LedgerEntry, type LedgerReading } from '../rollback/ledger-file.js';
import { factTypes, type LedgerRecord } from '../rollback/records.js';
import { ownLedger } from './audit-records.js';
import { note, print } from './terminal.js';
import { readTime } from './time.js';

export interface ExportOptions {
  readonly since?: string;
  readonly until?: string;
  readonly type?: string;
  readonly output?: string;
}

type Wanted = (record: LedgerRecord) => boolean;
type Write = (text: string) => Promise<void>;

/** Whoever read what is written has stopped reading. */
class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/**
 * `redline audit export`: the records as they are kept, a JSON object a line. A ledger that is not whole is refused by its
 * first bad record: then a named file is not written at all, and a pipe has got what stands before that record.
 * @returns 0, or 2 where the ledger is not whole
 */
export async function exportAudit(configPath: string | undefined, options: ExportOptions): Promise<ExitCode> {
  const isWanted = readFilter(options, Date.now() / 1000);
  const path = ownLedger(configPath);
  const { output } = options;
  try {
    const reading =
      output === undefined
        ? await exportTo(path, isWanted, writeOut)
        : await exportToFile(path, isWanted, output);
    if (reading.unfinished > 0)
      note(
        `${path}: the last record is half written (${reading.unfinished} bytes) and left out: it is being written, or a crash cut it short.`,
      );
    if (output !== undefined)
      print(
        `Written: ${output}: ${reading.exported} of ${reading.head.seq} records. Last hash of the ledger: ${reading.head.hash}`,
      );
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof ReaderGone) return ExitCode.ok;
    if (!(error instanceof ChainError)) throw error;
    note(`NOT WHOLE: ${path}: ${error.message}`);
    note(
      output === undefined
        ? 'What stands before that record is proven and was written; from there on nothing is.'
        : `${output} was not written. What stands before that record is proven; without --output it is printed.`,
    );
    return ExitCode.refused;
  }
}

function readFilter({ since, until, type }: ExportOptions, now: number): Wanted {
  const from = since === undefined ? -Infinity : readTime(since, '--since', now);
  const to = until === undefined ? Infinity : readTime(until, '--until', now);
  if (from >= to) throw new UserError('--since must lie before --until.');
  const types = type?.split(',').map((name) => name.trim());
  const unknown = types?.find((name) => !factTypes.has(name));
  if (unknown !== undefined)
    throw new UserError(`--type "${unknown}" is no type of record. There are: ${[...factTypes].join(', ')}.`);
  const wanted = types === undefined ? factTypes : new Set(types);
  return ({ time, type: recordType }) => time >= from && time < to && wanted.has(recordType);
}

interface Exported extends LedgerReading {
  readonly exported: number;
}

async function exportTo(path: string, isWanted: Wanted, write: Write): Promise<Exported> {
  let exported = 0;
  const reading = await readLedgerFile(path, async (entries: readonly LedgerEntry[]) => {
    const lines = entries.filter(({ record }) => isWanted(record)).map(({ line }) => `${line}\n`);
    exported += lines.length;
    if (lines.length > 0) await write(lines.join(''));
  });
  return { ...reading, exported };
}

/** The records hold what scripts said, so the file is its writer's alone, as the ledger is. */
async function exportToFile(path: string, isWanted: Wanted, output: string): Promise<Exported> {
  if (existsSync(output) && realpathSync(output) === realpathSync(path))
    throw new UserError(`--output ${output} is the ledger itself: name another file.`);
  let result: Exported | undefined;
  try {
    await replaceFile(
      output,
      async (file) => {
        result = await exportTo(path, isWanted, async (text) => {
          await file.writeFile(text);
        });
      },
      0o600,
    );
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || error instanceof UserError) throw error;
    throw new UserError(`--output ${output} cannot be written (${code}).`);
  }
  if (result === undefined) throw new Error('nothing was exported');
  return result;
}

function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error instanceof Error) reject(new ReaderGone());
      else resolve();
    });
  });
}
