import { prometheusClient } from '../alerts/configured.js';
import type { PrometheusClient } from '../alerts/prometheus.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { ReceiverClient } from './receiver-client.js';

/** What the commands for people ask. */
export interface Services {
  readonly config: Config;
  readonly prometheus: PrometheusClient;
  readonly receiver: ReceiverClient;
  /** how the person types a command of the same configuration: `redline --config FILE` */
  readonly command: string;
}

/**
 * Reads the configuration and prepares to ask the programs that it names; asks nobody yet.
 * @throws UserError where the configuration is not usable
 */
export function openServices(configPath: string | undefined): Services {
  const { config } = loadConfig(configPath);
  return {
    config,
    prometheus: prometheusClient(config),
    receiver: new ReceiverClient(config),
    command: commandOf(configPath),
  };
}

/** How a command begins that is printed for a person to type; its configuration as the person named it. */
export function commandOf(configPath: string | undefined): string {
  return configPath === undefined ? 'redline' : `redline --config ${configPath}`;
}
