import { round } from '../market.js';
import { drawn, drawOf } from './draw.js';
import { modelledIntervals, priceAt, symbols, type TradedSymbol } from './pairs.js';
import { beats, type Span } from './span.js';
import type { Row } from './schema.js';
import { textTime } from './text-time.js';

/** A trade, from the moment in which it is opened all of it is fixed. Times are Unix seconds, money is USD. */
export interface Trade {
  readonly symbol: TradedSymbol;
  readonly interval: string;
  readonly entry: number;
  readonly exit: number;
  /** 0-1 */
  readonly confidence: number;
  readonly isWon: boolean;
  readonly pnl: number;
  readonly quantity: number;
  readonly entryPrice: number;
}

/** Each symbol opens a trade so often, seconds; the symbols in turn, so that two at most are open at a time. */
const tradeEvery = 1800;
/** A trade is over within this, seconds. */
export const longestTrade = 1080;
/** Of as many trades of a symbol that follow each other ... */
const roundOfTrades = 7;
/** ... as many are won: no window is far from 57%. */
const wonOfRound = 4;
/** Money in one trade. */
const stake = 5000;
/** Distance of the stop from the price of entry, as a share of it. */
const stopDistance = 0.015;
const secondsOfDay = 86_400;
/** One day in five loses money: never three in a row. */
const dayRound = 5;
const redDay = 2;

/** The trades that are opened in a span, oldest first. */
export function tradesOpened(seed: number, span: Span): Trade[] {
  // Each is opened within a minute of its turn.
  return symbols
    .flatMap((symbol, index) =>
      beats(
        { since: span.since - 60, until: span.until },
        tradeEvery,
        index * (tradeEvery / symbols.length),
      ).map((turn) => tradeOf(seed, symbol, turn)),
    )
    .filter(({ entry }) => entry > span.since && entry <= span.until)
    .sort((a, b) => a.entry - b.entry);
}

function tradeOf(seed: number, symbol: TradedSymbol, turn: number): Trade {
  const symbolIndex = symbols.indexOf(symbol);
  const number = Math.floor(turn / tradeEvery);
  const random = drawOf(seed, drawn.trade, symbolIndex, number);
  const entry = toMilliseconds(turn + random.between(5, 60));
  const exit = toMilliseconds(entry + random.between(600, longestTrade));
  const isWon =
    outcomes(seed, symbolIndex, Math.floor(number / roundOfTrades))[number % roundOfTrades] ?? false;
  const entryPrice = priceAt(symbol, entry);
  return {
    symbol,
    interval: random.pick(modelledIntervals),
    entry,
    exit,
    // What is said beforehand is as often right as it says.
    confidence: round(random.between(0.51, 0.65)),
    isWon,
    pnl: cents(isWon ? random.between(2, 12) : -random.between(1.8, 10.8) * lossFactor(exit)),
    quantity: stake / entryPrice,
    entryPrice,
  };
}

function outcomes(seed: number, symbolIndex: number, roundNumber: number): boolean[] {
  const each = Array.from({ length: roundOfTrades }, (_, index) => index < wonOfRound);
  return drawOf(seed, drawn.outcomes, symbolIndex, roundNumber).shuffle(each);
}

function lossFactor(at: number): number {
  return Math.floor(at / secondsOfDay) % dayRound === redDay ? 1.8 : 1;
}

/** The row of a trade in `trade_outcomes`. */
export function openTradeRow({ symbol, interval, entry, confidence }: Trade): Row {
  return {
    symbol,
    interval,
    entry_time: textTime(entry),
    exit_time: null,
    predicted_direction: 'UP',
    confidence,
    was_correct: null,
    pnl_percent: null,
    pnl_absolute: null,
    is_paper_trade: 0,
    is_replay: 0,
  };
}

/** The same once it is closed. */
export function closedTradeRow(trade: Trade): Row {
  return {
    ...openTradeRow(trade),
    exit_time: textTime(trade.exit),
    was_correct: trade.isWon ? 1 : 0,
    pnl_percent: round((100 * trade.pnl) / stake),
    pnl_absolute: trade.pnl,
  };
}

/**
 * The row of its position.
 * @param at Unix seconds: it is closed where that is not before the trade's end
 */
export function positionRow(trade: Trade, at: number): Row {
  const { symbol, entry, exit, pnl, quantity, entryPrice } = trade;
  const isClosed = at >= exit;
  const part = Math.min(1, (at - entry) / (exit - entry));
  return {
    symbol,
    status: isClosed ? 'closed' : 'open',
    entry_price: entryPrice,
    current_price: entryPrice + (part * pnl) / quantity,
    quantity,
    pnl: isClosed ? pnl : 0,
    leverage: 1,
    stop_loss: entryPrice * (1 - stopDistance),
  };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
