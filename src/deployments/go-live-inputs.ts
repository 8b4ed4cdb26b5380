import type { Config } from '../config/schema.js';
import type { GoLiveInput } from '../names.js';

/** Whether the configuration names a backend that is asked over HTTP. */
export function hasBackend({ http }: Pick<Config, 'http'>): boolean {
  return http.enabled && http.backend.url !== '';
}

/** What the rows of a go-live judge here: the configured inputs, less those whose source is configured away. */
export function judgedGoLiveInputs(config: Pick<Config, 'deployments' | 'http' | 'systemd'>): GoLiveInput[] {
  const { deployments, systemd } = config;
  const away: readonly GoLiveInput[] = [
    ...(hasBackend(config) ? [] : (['backend_health', 'backend_metrics'] as const)),
    ...(systemd.enabled || systemd.backend_pid_file !== '' ? [] : (['backend_unit'] as const)),
  ];
  return deployments.go_live.inputs.filter((input) => !away.includes(input));
}
