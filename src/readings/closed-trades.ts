import { parseBoolean } from './calibration.js';
import { confidenceOf } from './decisions.js';
import { numberField, parseFields, requiredField } from './fields.js';
import { Flaws, type FlawReason } from './flaws.js';
import { round9 } from './round.js';
import { meanOf } from './statistics.js';

/** A trade that was closed, as far as it could be read. */
export interface ClosedTrade {
  /** lower case, words joined by `_` */
  readonly exitReason: string | undefined;
  /** 0-1 */
  readonly entryConfidence: number | undefined;
  readonly won: boolean | undefined;
  readonly pnl: number | undefined;
}

export interface ParsedTrade {
  /** undefined: it is no trade */
  readonly trade: ClosedTrade | undefined;
  readonly flaws: readonly FlawReason[];
}

/** Reads one closed trade. What it lacks costs it that field alone. */
export function parseClosedTrade(text: string): ParsedTrade {
  const flaws = new Flaws();
  const fields = parseFields(text, flaws);
  if (fields === undefined) return { trade: undefined, flaws: flaws.reasons };
  const trade = {
    exitReason: reasonOf(requiredField(fields, ['exit_reason'], flaws), flaws),
    entryConfidence: confidenceOf(requiredField(fields, ['entry_confidence'], flaws), flaws),
    won: outcomeOf(requiredField(fields, ['outcome'], flaws), flaws),
    pnl: numberField(fields, ['pnl'], flaws),
  };
  return { trade, flaws: flaws.reasons };
}

/** Longest exit reason that is told from others, characters. */
const longestReason = 40;

function reasonOf(raw: unknown, flaws: Flaws): string | undefined {
  if (raw === undefined) return undefined;
  const words = typeof raw === 'string' ? raw.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase() : '';
  const reason = words.replaceAll(/[^\p{L}\p{N}]+/gu, '_').replaceAll(/^_|_$/g, '');
  if (reason !== '') return reason.slice(0, longestReason);
  flaws.note('invalid_value', 'exit_reason is no word');
  return undefined;
}

function outcomeOf(raw: unknown, flaws: Flaws): boolean | undefined {
  if (raw === undefined) return undefined;
  const word = typeof raw === 'string' ? raw.trim().toLowerCase() : '';
  const won = word === 'win' || word === 'loss' ? word === 'win' : parseBoolean(raw);
  if (won === undefined) flaws.note('invalid_value', 'outcome is neither a win nor a loss');
  return won;
}

/** Reasons that are always told, also with no trade closed for them. */
const usualReasons = ['stop_loss', 'take_profit'];
/** Most reasons that are told apart; all further ones are `other`. */
const mostReasons = 20;

/**
 * Shares of the exit reasons among all these trades: one without a reason is not known to have been stopped.
 * @returns reason to share; empty where no trade has a reason, for then nothing is known of any
 */
export function exitRatios(trades: readonly ClosedTrade[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let withReason = 0;
  for (const { exitReason } of trades) {
    if (exitReason === undefined) continue;
    withReason += 1;
    counts.set(exitReason, (counts.get(exitReason) ?? 0) + 1);
  }
  if (withReason === 0) return new Map();
  const others = [...counts]
    .filter(([reason]) => !usualReasons.includes(reason) && reason !== 'other')
    .sort(([left, many], [right, more]) => more - many || (left < right ? -1 : 1))
    .slice(0, mostReasons - usualReasons.length);
  const told = new Map([
    ...usualReasons.map((reason): [string, number] => [reason, counts.get(reason) ?? 0]),
    ...others,
  ]);
  const rest = withReason - [...told.values()].reduce((sum, count) => sum + count, 0);
  if (rest > 0) told.set('other', rest);
  return new Map([...told].map(([reason, count]) => [reason, round9(count / trades.length)]));
}

/** What closed trades say of the confidence with which they were entered. What is unknown is undefined. */
export interface OutcomeReading {
  /** trades with an entry confidence and an outcome */
  readonly withOutcome: number;
  /** over exactly those */
  readonly entryConfidenceMean: number | undefined;
  /** over exactly those */
  readonly winRatio: number | undefined;
  /** over all with a result, in the account's currency */
  readonly pnlMean: number | undefined;
}

export function readOutcomes(trades: readonly ClosedTrade[]): OutcomeReading {
  const confidences: number[] = [];
  const wins: number[] = [];
  for (const { entryConfidence, won } of trades) {
    if (entryConfidence === undefined || won === undefined) continue;
    confidences.push(entryConfidence);
    wins.push(Number(won));
  }
  return {
    withOutcome: wins.length,
    entryConfidenceMean: rounded(meanOf(confidences)),
    winRatio: rounded(meanOf(wins)),
    pnlMean: rounded(meanOf(trades.flatMap(({ pnl }) => pnl ?? []))),
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : round9(value);
}
