import { readFile, stat } from 'node:fs/promises';
import { errorCode, UserError } from '../../platform/errors.js';

/** A baseline that somebody wrote down, in the form that `redline report --baseline` prints. Shares are 0-1. */
export interface BaselineFile {
  readonly path: string;
  /** its first line */
  readonly heading: string;
  /** by symbol */
  readonly winShares: ReadonlyMap<string, number>;
  /** over all symbols */
  readonly winShare: number | undefined;
}

/** A block has a few lines for each symbol. */
const mostBytes = 256 * 1024;

/** @throws UserError where there is no such file, or no baseline in it */
export async function readBaselineFile(path: string): Promise<BaselineFile> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > mostBytes)
      throw new UserError(`${path} is too long for a baseline (${size} bytes; at most ${mostBytes}).`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `The baseline ${path} cannot be read (${errorCode(error) ?? 'unknown reason'}). Write one with: redline report --baseline --out FILE`,
    );
  }
  return parseBaseline(path, text);
}

/** @throws UserError where the text holds no win rate */
export function parseBaseline(path: string, text: string): BaselineFile {
  const lines = text.split(/\r?\n/);
  const heading = lines.find((line) => line.trim() !== '')?.trim() ?? '';
  const from = lines.findIndex((line) => /^win rate:/i.test(line));
  const shares = new Map<string, number>();
  for (const line of lines.slice(from + 1)) {
    // The symbol may hold a colon, as BTC/USDT:USDT does.
    const [, name, percent] = /^\s+(\S.*):\s+(-?\d+(?:\.\d+)?)%\s*$/.exec(line) ?? [];
    if (name !== undefined) shares.set(name, Number(percent) / 100);
    // A symbol of which nothing was known stands in the list all the same.
    else if (!/^\s+\S/.test(line)) break;
  }
  if (from < 0 || shares.size === 0)
    throw new UserError(
      `${path} holds no baseline: no "Win Rate:" with a line "  SYMBOL: 55.5%" below it. redline report --baseline prints one.`,
    );
  const winShare = shares.get(overallName);
  shares.delete(overallName);
  return { path, heading, winShares: shares, winShare };
}

/** The line for all symbols together. */
export const overallName = 'Overall';
