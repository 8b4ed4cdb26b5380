import { parseFields, type Fields } from './fields.js';
import type { Flaws } from './flaws.js';
import { isObject } from './lenient-json.js';
import { parseNumber } from './number.js';

/** Trading modes that the operations runbook knows. */
export const tradingModes = ['paper', 'live'] as const;
export type TradingMode = (typeof tradingModes)[number] | 'other';

/** What a service says of itself at its health endpoint. What it does not say, or says in no form that can be read, is undefined. */
export interface ServiceHealth {
  /** that it is: `ok` is the JSON value true, and nothing like it */
  readonly ok: boolean;
}

/** What the backend says beside that. */
export interface BackendHealth extends ServiceHealth {
  /** from the peak, ratio of it, 0 to 1 */
  readonly drawdown: number | undefined;
  /** ratio, above 0 */
  readonly drawdownLimit: number | undefined;
  /** 0 to 1 */
  readonly confidenceThreshold: number | undefined;
  readonly tradingMode: TradingMode | undefined;
  /** requests a minute, above 0 */
  readonly rateLimitMax: number | undefined;
}

/** @returns undefined, and a flaw, where the text is no JSON object */
export function readServiceHealth(text: string, flaws: Flaws): ServiceHealth | undefined {
  const fields = parseFields(text, flaws);
  return fields === undefined ? undefined : { ok: isOk(fields, flaws) };
}

/** @returns undefined, and a flaw, where the text is no JSON object */
export function readBackendHealth(text: string, flaws: Flaws): BackendHealth | undefined {
  const fields = parseFields(text, flaws);
  if (fields === undefined) return undefined;
  const risk = part(fields, 'risk', flaws);
  const config = part(fields, 'config', flaws);
  const between = (least: number, most: number) => (value: number) => value >= least && value <= most;
  const positive = (value: number): boolean => value > 0;
  return {
    ok: isOk(fields, flaws),
    drawdown: optionalNumber(risk, 'drawdown', between(0, 1), flaws),
    drawdownLimit: optionalNumber(risk, 'maxDrawdown', (value) => value > 0 && value <= 1, flaws),
    confidenceThreshold: optionalNumber(config, 'confidenceThreshold', between(0, 1), flaws),
    tradingMode: readTradingMode(config.tradingMode, flaws),
    rateLimitMax: optionalNumber(config, 'rateLimitMax', positive, flaws),
  };
}

/** "true" as text is not true: a service that writes it so may write "false" so too. */
function isOk({ ok }: Fields, flaws: Flaws): boolean {
  if (ok === undefined || ok === null) flaws.note('missing_field', 'ok');
  else if (typeof ok !== 'boolean') flaws.note('invalid_value', 'ok is neither true nor false');
  return ok === true;
}

function part(fields: Fields, name: string, flaws: Flaws): Fields {
  const value = fields[name];
  if (isObject(value)) return value;
  if (value !== undefined && value !== null) flaws.note('invalid_value', `${name} is no object`);
  return {};
}

/** That an installation does not say it is no flaw. */
function optionalNumber(
  fields: Fields,
  name: string,
  isInRange: (value: number) => boolean,
  flaws: Flaws,
): number | undefined {
  const raw = fields[name];
  if (raw === undefined || raw === null) return undefined;
  const value = parseNumber(raw);
  if (value === undefined) flaws.note('invalid_value', `${name} is no number`);
  else if (!isInRange(value)) flaws.note('invalid_value', `${name} is ${value}, out of its range`);
  else return value;
  return undefined;
}

function readTradingMode(raw: unknown, flaws: Flaws): TradingMode | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'string') {
    flaws.note('invalid_value', 'tradingMode is no word');
    return undefined;
  }
  const word = raw.trim().toLowerCase();
  return tradingModes.find((mode) => mode === word) ?? 'other';
}
