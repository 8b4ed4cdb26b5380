import type { Config } from '../../config/schema.js';
import type { BackendReading } from '../../metrics/backend-metrics.js';
import { DryRunTrades, doubtOf, type OrderDoubt } from '../../metrics/dry-run-trade.js';
import {
  backendProbe,
  consensusProbe,
  dryRunTradeProbe,
  frontendProbe,
  modelServiceProbe,
} from '../../metrics/health-probes.js';
import type { Probe } from '../../metrics/probe.js';
import { UserError } from '../../platform/errors.js';
import { createLogger } from '../../platform/log.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { formatLimit, formatValue } from '../../reports/numbers.js';
import { answerLine, flawLines, type Target } from './probe-lines.js';

/** Asks everything once that the exporter probes: does it answer, and what does it say? */
export async function checkHealth({ http }: Config): Promise<CheckLine[]> {
  if (!http.enabled) return [];
  const { backend, model_service: model, frontend } = http;
  const lines = await Promise.all([
    backend.url === '' ? [] : said(() => allOfBackend(http)),
    model.url === ''
      ? []
      : said(() => plainLines(modelServiceProbe(http), healthTarget('model_service', http))),
    frontend.url === '' ? [] : said(() => plainLines(frontendProbe(http), healthTarget('frontend', http))),
  ]);
  return lines.flat();
}

/** A file of the configuration that cannot be read is told as a line. */
async function said(look: () => Promise<CheckLine[]>): Promise<CheckLine[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: 'health', level: 'fail', detail: error.message, todo: 'Correct its ca_file.' }];
  }
}

async function allOfBackend(http: Config['http']): Promise<CheckLine[]> {
  const lines = await Promise.all([
    backendLines(http),
    http.consensus.enabled ? consensusLines(http) : [],
    http.dry_run_trade.enabled ? orderLines(http) : [],
  ]);
  return lines.flat();
}

/** The health of a service, as people know it. */
function healthTarget(key: 'backend' | 'model_service' | 'frontend', http: Config['http']): Target {
  const { url, health_path: path } = http[key];
  return {
    what: key.replace('_', ' '),
    setting: `http.${key}`,
    path: 'health_path',
    address: new URL(path, url).href,
    timeout: http.timeout,
  };
}

async function plainLines(probe: Probe<unknown>, target: Target): Promise<CheckLine[]> {
  return asked(probe, () => [answerLine(target, probe.last, []), ...flawLines(target, probe.last)]);
}

async function backendLines(http: Config['http']): Promise<CheckLine[]> {
  const probe = backendProbe(http);
  const target = healthTarget('backend', http);
  return asked(probe, () => {
    const reading = probe.last?.reading;
    return [
      answerLine(target, probe.last, backendFacts(reading, http.drawdown_limit)),
      ...limitLine(reading, http.drawdown_limit),
      ...flawLines(target, probe.last),
    ];
  });
}

function backendFacts(reading: BackendReading | undefined, configuredLimit: number | undefined): string[] {
  const health = reading?.health;
  const limit = health?.drawdownLimit ?? configuredLimit;
  const { rateLimit } = reading ?? {};
  return [
    ...(health?.drawdown === undefined
      ? []
      : [`drawdown ${formatValue(health.drawdown, 'share')} of a limit of ${formatLimit(limit, 'share')}`]),
    ...(health === undefined ? [] : [`trading mode ${health.tradingMode ?? 'not said'}`]),
    ...(rateLimit === undefined ? [] : [`${rateLimit.remaining} of ${rateLimit.limit} requests left`]),
  ];
}

function limitLine(reading: BackendReading | undefined, configuredLimit: number | undefined): CheckLine[] {
  const { drawdown, drawdownLimit } = reading?.health ?? {};
  if (drawdown === undefined || (drawdownLimit ?? configuredLimit) !== undefined) return [];
  const todo = 'Set http.drawdown_limit: without a limit nobody is told that the drawdown comes near it.';
  return [{ what: 'backend', level: 'warn', detail: 'states a drawdown and no limit on it', todo }];
}

async function consensusLines(http: Config['http']): Promise<CheckLine[]> {
  const probe = consensusProbe(http);
  const { backend, consensus, timeout } = http;
  const target: Target = {
    what: 'consensus',
    setting: 'http.consensus',
    path: 'path',
    address: new URL(consensus.path, backend.url).href,
    timeout,
  };
  return asked(probe, () => {
    const reading = probe.last?.reading;
    const facts =
      reading === undefined
        ? []
        : [`signal ${reading.signal}, confidence ${formatValue(reading.confidence, 'share')}`];
    return [answerLine(target, probe.last, facts), ...flawLines(target, probe.last)];
  });
}

const doubts: Readonly<Record<OrderDoubt, string>> = {
  'not said to be simulated': 'was taken, and its answer does not say dryRun',
  'no whole answer': 'was sent, and no whole answer came',
};

async function orderLines(http: Config['http']): Promise<CheckLine[]> {
  const what = 'simulated order';
  const [order, backend] = [dryRunTradeProbe(http), backendProbe(http)];
  try {
    await new DryRunTrades(order, backend, createLogger('check', 'silent')).run();
  } finally {
    order.close();
    backend.close();
  }
  const { last } = order;
  if (last === undefined) {
    const detail = 'not sent, as the backend does not say that it is ok and trades on paper';
    const todo = 'Set http.dry_run_trade.enabled to false where it trades for real: none is ever sent there.';
    return [{ what, level: 'warn', detail, todo }];
  }
  const doubt = doubtOf(last);
  if (doubt !== undefined) {
    const detail = `${doubts[doubt]}: it may have been a real one`;
    const todo = 'Look for it on the exchange, and set http.dry_run_trade.enabled to false.';
    return [{ what, level: 'fail', detail, todo }];
  }
  const { path } = http.dry_run_trade;
  const address = new URL(path, http.backend.url).href;
  const target: Target = {
    what,
    setting: 'http.dry_run_trade',
    path: 'path',
    address,
    timeout: http.timeout,
  };
  return [answerLine(target, last, []), ...flawLines(target, last)];
}

/** Asks once, and lets the connection go. */
async function asked(probe: Probe<unknown>, lines: () => CheckLine[]): Promise<CheckLine[]> {
  try {
    await probe.run();
    return lines();
  } finally {
    probe.close();
  }
}
