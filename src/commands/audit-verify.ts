import { existsSync } from 'node:fs';
import { ExitCode, UserError } from '../platform/errors.js';
import { ChainError, chainStart } from '../rollback/chain.js';
import { readLedgerFile, type LedgerReading } from '../rollback/ledger-file.js';
import { ownLedger } from './audit-records.js';
import { note, print } from './terminal.js';

export interface VerifyOptions {
  /** hash of the last record, kept elsewhere */
  readonly expectLastHash?: string;
  /** number of the last record, kept elsewhere */
  readonly expectRecords?: string;
  /** the files may begin with a later record than the first */
  readonly part?: true;
}

/** What was noted of a ledger's end. */
interface Expected {
  readonly hash: string | undefined;
  readonly records: number | undefined;
}

/** A ledger that was read to its end. */
interface Verified extends LedgerReading {
  /** number of the record with the expected hash, undefined where none has it */
  readonly found: number | undefined;
}

/**
 * `redline audit verify`.
 * @param files exported or archived ledgers; none: the receiver's own
 * @returns 0 where every record of each follows from the one before it and its end is as expected, else 2
 */
export async function verifyAudit(
  configPath: string | undefined,
  files: readonly string[],
  options: VerifyOptions,
): Promise<ExitCode> {
  const expected = readExpected(options);
  const isExpected = expected.hash !== undefined || expected.records !== undefined;
  if (isExpected && files.length > 1)
    throw new UserError('--expect-last-hash and --expect-records are about one ledger: name one file.');
  const isPart = options.part ?? false;
  if (files.length === 0) {
    if (isPart) throw new UserError('--part is for an exported file: name it.');
    return await verifyOne(ownLedger(configPath), expected, { isPart: false, isOwn: true });
  }
  let worst: ExitCode = ExitCode.ok;
  for (const path of files) {
    const outcome = await verifyOne(path, expected, { isPart, isOwn: false });
    if (outcome !== ExitCode.ok) worst = outcome;
  }
  return worst;
}

function readExpected({ expectLastHash, expectRecords }: VerifyOptions): Expected {
  const hash = expectLastHash?.toLowerCase();
  if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash))
    throw new UserError(
      `--expect-last-hash "${expectLastHash ?? ''}" is no hash: it has 64 digits, as audit verify prints it.`,
    );
  const records = expectRecords === undefined ? undefined : Number(expectRecords);
  if (records !== undefined && (!Number.isInteger(records) || records < 0))
    throw new UserError(`--expect-records "${expectRecords ?? ''}" is no number of records.`);
  return { hash, records };
}

interface Kind {
  readonly isPart: boolean;
  /** it grows, so that its end may lie behind what was noted */
  readonly isOwn: boolean;
}

async function verifyOne(path: string, expected: Expected, kind: Kind): Promise<ExitCode> {
  let verified: Verified;
  try {
    verified = await readToEnd(path, expected.hash, kind);
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    print(`NOT WHOLE: ${path}: ${error.message}`);
    print('Keep a copy of it. What stands before that record is proven; from there on nothing is.');
    return ExitCode.refused;
  }
  const { first, head, unfinished } = verified;
  if (unfinished > 0)
    note(
      `${path}: the last record is half written (${unfinished} bytes) and not counted: it is being written, or a crash cut it short.`,
    );
  const problem = kind.isOwn ? shortfall(verified, expected) : difference(verified, expected);
  if (problem !== undefined) {
    print(`NOT AS EXPECTED: ${path}: ${problem}`);
    return ExitCode.refused;
  }
  const records = first > 1 ? `records ${first} to ${head.seq}` : `${head.seq} records`;
  print(`Whole: ${path}: ${records}, each follows from the one before it.`);
  if (first > 1) print(`What came before record ${first} is not in the file, and not proven.`);
  if (verified.found !== undefined && verified.found < head.seq)
    print(`Record ${verified.found} has the expected hash; ${head.seq - verified.found} have come since.`);
  print(`Last hash: ${head.hash} (kept elsewhere, it also proves that no record was cut off the end)`);
  return ExitCode.ok;
}

async function readToEnd(path: string, hash: string | undefined, { isPart, isOwn }: Kind): Promise<Verified> {
  let found = hash === chainStart.hash ? 0 : undefined;
  // A receiver that has recorded nothing yet has no file.
  if (isOwn && !existsSync(path)) return { first: 0, head: chainStart, unfinished: 0, found };
  const reading = await readLedgerFile(
    path,
    (entries) => {
      found = entries.find(({ record }) => record.hash === hash)?.record.seq ?? found;
    },
    isPart,
  );
  return { ...reading, found };
}

/** What the receiver's own ledger lacks of what was noted; it may have grown since. */
function shortfall({ head, found }: Verified, { hash, records }: Expected): string | undefined {
  if (hash !== undefined && found === undefined)
    return `none of its ${head.seq} records has the expected hash: records were cut off the end, or it is another ledger.`;
  if (records !== undefined && head.seq < records)
    return `it ends with record ${head.seq} where there must be ${records}: records were cut off the end.`;
  if (records !== undefined && found !== undefined && found !== records)
    return `the expected hash is that of record ${found}, not of record ${records}.`;
  return undefined;
}

/** In what a file is not what was noted. */
function difference({ head, found }: Verified, { hash, records }: Expected): string | undefined {
  if (hash !== undefined && found === undefined)
    return `it ends with record ${head.seq}, and none has the expected hash: records were cut off the end, or it is another ledger.`;
  if (found !== undefined && found !== head.seq)
    return `the expected last record is record ${found}, and ${head.seq - found} follow: they were added.`;
  if (records === undefined || head.seq === records) return undefined;
  return head.seq < records
    ? `it ends with record ${head.seq} where ${records} must be the last: records were cut off the end.`
    : `it ends with record ${head.seq} where ${records} must be the last: records were added.`;
}
