import { readClientTls } from '../config/client-tls.js';
import type { Config } from '../config/schema.js';
import { readBackendHealth, readServiceHealth } from '../readings/backend-health.js';
import { readConsensus, type ConsensusReading } from '../readings/consensus.js';
import { readDryRunTrade, type DryRunReading } from '../readings/dry-run-trade.js';
import { readRateLimit } from '../readings/rate-limit.js';
import { HttpEndpoint } from '../sources/http-endpoint.js';
import type { BackendReading } from './backend-metrics.js';
import { isSuccess } from './dry-run-trade.js';
import { Probe, type ProbeVerdict } from './probe.js';

/** Longest answer that is read, bytes; health is a few hundred, a page some hundred thousand. */
const largest = 1024 * 1024;

type Service = Config['http']['model_service'];
type ServiceName = 'backend' | 'model_service' | 'frontend';

/**
 * An address of a configured service.
 * @param name its key below `http`
 * @param timeout for the whole exchange, seconds
 * @param longest answer that is read, bytes
 * @throws UserError where the authority's file cannot be read
 */
export function serviceEndpoint(
  service: Service,
  name: ServiceName,
  path: string,
  timeout: number,
  longest = largest,
): HttpEndpoint {
  const files = { caFile: service.ca_file, certificateFile: '', keyFile: '' };
  return new HttpEndpoint({
    url: new URL(path, service.url).href,
    tls: readClientTls(files, `http.${name}`),
    timeout,
    largest: longest,
  });
}

const badStatus = { failure: 'status', reading: undefined } as const;
const get = { method: 'GET' } as const;

/** Whether the backend answers and is ok, and what it says beside that. */
export function backendProbe({ backend, timeout }: Config['http']): Probe<BackendReading> {
  return new Probe<BackendReading>({
    target: 'backend',
    question: get,
    endpoint: serviceEndpoint(backend, 'backend', backend.health_path, timeout),
    judge({ status, header, text }, flaws) {
      const rateLimit = readRateLimit(header);
      if (status !== 200) return { failure: 'status', reading: { health: undefined, rateLimit } };
      const health = readBackendHealth(text, flaws);
      if (health === undefined) return { failure: 'invalid_answer', reading: { health, rateLimit } };
      return { failure: health.ok ? undefined : 'not_ok', reading: { health, rateLimit } };
    },
  });
}

/** Whether the model service answers and is ok. */
export function modelServiceProbe({ model_service: service, timeout }: Config['http']): Probe<undefined> {
  return new Probe<undefined>({
    target: 'model_service',
    question: get,
    endpoint: serviceEndpoint(service, 'model_service', service.health_path, timeout),
    judge({ status, text }, flaws) {
      if (status !== 200) return badStatus;
      const health = readServiceHealth(text, flaws);
      if (health === undefined) return { failure: 'invalid_answer', reading: undefined };
      return { failure: health.ok ? undefined : 'not_ok', reading: undefined };
    },
  });
}

/** Whether the frontend answers with status 200, whatever it shows. */
export function frontendProbe({ frontend, timeout }: Config['http']): Probe<undefined> {
  return new Probe<undefined>({
    target: 'frontend',
    question: get,
    endpoint: serviceEndpoint(frontend, 'frontend', frontend.health_path, timeout),
    judge: ({ status }) => (status === 200 ? { failure: undefined, reading: undefined } : badStatus),
  });
}

/** Whether the consensus answers a question that is nobody's trade, in its form. */
export function consensusProbe({ backend, consensus, timeout }: Config['http']): Probe<ConsensusReading> {
  const { symbol, features } = consensus;
  return new Probe({
    target: 'consensus',
    question: { method: 'POST', body: { symbol, features } },
    endpoint: serviceEndpoint(backend, 'backend', consensus.path, timeout),
    judge({ status, text }, flaws) {
      if (status !== 200) return badStatus;
      const reading = readConsensus(text, flaws);
      return { failure: reading === undefined ? 'invalid_answer' : undefined, reading };
    },
  });
}

/** Whether a simulated order is taken as one. Whoever runs it makes sure before each run that the backend trades on paper. */
export function dryRunTradeProbe({ backend, dry_run_trade, timeout }: Config['http']): Probe<DryRunReading> {
  const { symbol, side, quantity_usd: qtyUsd, confidence, path } = dry_run_trade;
  return new Probe({
    target: 'dry_run_trade',
    question: { method: 'POST', body: { symbol, side, qtyUsd, confidence } },
    endpoint: serviceEndpoint(backend, 'backend', path, timeout),
    judge({ status, text }, flaws): ProbeVerdict<DryRunReading> {
      if (!isSuccess(status)) return badStatus;
      // Also of another status than 200 it matters whether the order was simulated.
      const reading = readDryRunTrade(text, flaws);
      if (status !== 200) return { failure: 'status', reading };
      if (reading === undefined) return { failure: 'invalid_answer', reading };
      return { failure: reading.ok && reading.isDryRun ? undefined : 'not_ok', reading };
    },
  });
}
