import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { listen, type ListenAddress } from '../../platform/http-server.js';
import { createServer } from 'node:net';
import { goLiveFilesOf } from './go-live-files.js';
import { serviceAddress, type PlainSettings } from './plain-settings.js';

const backendPaths = z.strictObject({ health: z.string(), consensus: z.string(), trade: z.string() });
export type BackendPaths = z.infer<typeof backendPaths>;

/** What the backend needs to know. */
export const backendSettings = z.strictObject({
  address: serviceAddress,
  paths: backendPaths,
  /** of the model service; empty: the models are its own */
  modelUrl: z.string(),
  files: z.strictObject({ marker: z.string(), config: z.string(), ess: z.string() }),
  seed: z.int(),
});
export type BackendSettings = z.infer<typeof backendSettings>;

/** The services that the simulator serves; undefined: not this one. */
export interface ServiceSettings {
  readonly backend: BackendSettings | undefined;
  readonly modelService: PlainSettings | undefined;
  readonly frontend: PlainSettings | undefined;
}

/** Those of the configuration that are asked for over plain HTTP on this machine: nothing else is the simulator's to serve. */
export function servedServices({ http, files }: Config, seed: number): ServiceSettings {
  const plain = (kind: PlainSettings['kind'], { url, health_path: path }: Config['http']['frontend']) => {
    const served = http.enabled ? loopback(url) : undefined;
    return served === undefined ? undefined : { kind, address: served, path };
  };
  const backend = http.enabled ? loopback(http.backend.url) : undefined;
  const modelUrl =
    http.model_service.url === '' ? '' : new URL(http.model_service.health_path, http.model_service.url).href;
  return {
    backend: backend && {
      address: backend,
      paths: {
        health: http.backend.health_path,
        consensus: http.consensus.path,
        trade: http.dry_run_trade.path,
      },
      modelUrl,
      files: goLiveFilesOf(files),
      seed,
    },
    modelService: plain('model_service', http.model_service),
    frontend: plain('frontend', http.frontend),
  };
}

/** @throws UserError for an address that something else has taken, naming the setting that moves it */
export async function refuseTakenAddresses({
  backend,
  modelService,
  frontend,
}: ServiceSettings): Promise<void> {
  for (const [service, setting] of [
    [backend, 'http.backend.url'],
    [modelService, 'http.model_service.url'],
    [frontend, 'http.frontend.url'],
  ] as const) {
    if (service === undefined) continue;
    const server = createServer();
    try {
      await listen(server, service.address, setting);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

function loopback(url: string): ListenAddress | undefined {
  if (url === '') return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:' || !['127.0.0.1', 'localhost'].includes(hostname)) return undefined;
  return { host: '127.0.0.1', port: port === '' ? 80 : Number(port) };
}
