import { PrometheusError } from '../../alerts/prometheus.js';
import { newestOnPaper, shortestWindow, type Promotion } from '../../deployments/promotion.js';
import { parseDuration } from '../../platform/duration.js';
import { ExitCode, UserError } from '../../platform/errors.js';
import { renderCheckLines } from '../../reports/check-lines.js';
import { promotionLine, renderAcceptance } from '../../reports/promotion-text.js';
import { isPassed, readAcceptance, type Acceptance } from '../../reports/promotion.js';
import { operatorName } from '../operator.js';
import { openServices, type Services } from '../services.js';
import { note, outputPaint, print, printJson } from '../terminal.js';

export interface PromoteOptions {
  readonly window: string;
  readonly operator?: string;
  readonly json?: true;
}

const hour = 3600;
const longest = 14 * 24 * hour;

/**
 * `redline promote check`. A pass goes on record.
 * @returns 0 every acceptance threshold held over the window on paper, with enough data; 2 otherwise, or where nobody knows
 * @throws UserError where Prometheus does not answer, or a pass cannot be put on record
 */
export async function checkPromotion(
  configPath: string | undefined,
  { window, operator, json }: PromoteOptions,
): Promise<ExitCode> {
  const seconds = parseWindow(window);
  const services = openServices(configPath);
  const acceptance = await askPrometheus(services, seconds);
  const before = await newestPass(services);
  const passed = isPassed(acceptance);
  if (json !== true) print(renderAcceptance(acceptance, outputPaint()));
  // What this run adds must not hide that real money was traded with before.
  const standing = promotionLine(acceptance.tradingMode, before);
  if (json !== true && standing.level !== 'ok') print(`\n${renderCheckLines([standing], outputPaint())}`);
  const pass = passed ? await record(services, acceptance, operatorName(operator)) : null;
  if (json) printJson({ ok: passed, ...asJson(acceptance), standing, pass });
  else if (pass !== null) print('It is on record: redline audit.');
  return passed ? ExitCode.ok : ExitCode.refused;
}

/** @throws UserError where the text is no window that could be judged */
function parseWindow(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= shortestWindow && seconds <= longest) return seconds;
  throw new UserError(
    `--window "${text}" is no length of a window. Write it like 24h or 7d: 1h at least, which the rules look back, and 14d at most.`,
  );
}

async function askPrometheus({ prometheus }: Services, seconds: number): Promise<Acceptance> {
  try {
    return await readAcceptance(prometheus, seconds);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    throw new UserError(
      `${error.message}. Start it, or set prometheus.url: without it nobody knows whether the thresholds held.`,
      ExitCode.refused,
    );
  }
}

/** @returns undefined where there is none, and where the receiver does not say, which is told */
async function newestPass({ receiver }: Services): Promise<Promotion | undefined> {
  try {
    return newestOnPaper(await receiver.promotions());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(`redline: ${error.message}`);
    return undefined;
  }
}

async function record({ receiver }: Services, acceptance: Acceptance, operator: string): Promise<Promotion> {
  try {
    return await receiver.recordPromotion({
      operator,
      window_seconds: acceptance.windowSeconds,
      trading_mode: acceptance.tradingMode,
      values: acceptance.checks.flatMap(({ values }) => values),
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`The pass could not be put on record. ${error.message}`, ExitCode.refused);
  }
}

function asJson({ at, windowSeconds, tradingMode, judged, checks }: Acceptance): object {
  return { at, window_seconds: windowSeconds, trading_mode: tradingMode, judged, checks };
}
