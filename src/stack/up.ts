import { loadConfig } from '../config/load.js';
import { readSecret } from '../config/secret.js';
import { formatAddress } from '../platform/http-server.js';
import { checkFree, stackAddresses } from './addresses.js';
import {
  alertmanagerComponent,
  exporterComponent,
  prometheusComponent,
  receiverComponent,
  type StackSettings,
} from './components.js';
import { untilInterrupted } from './interruption.js';
import { Screen } from './screen.js';
import { runComponents } from './run-components.js';

/**
 * Runs exporter, receiver, Prometheus and Alertmanager at the addresses of the configuration until interrupted.
 * @param configPath the value of --config
 * @throws UserError when an address is taken, the token is missing or a program does not start
 */
export async function up(configPath: string | undefined): Promise<void> {
  const { config, path } = loadConfig(configPath);
  readSecret(config.receiver.token_file, 'receiver.token_file');
  await checkFree(stackAddresses(config));
  const settings: StackSettings = { config, configPath: path, environment: process.env };
  const screen = new Screen(process.stdout);
  await runComponents({
    screen,
    interrupted: untilInterrupted(),
    components: [
      // Prometheus takes 5 s to find its targets; the others start meanwhile.
      { component: alertmanagerComponent(settings), where: config.alertmanager.url },
      { component: prometheusComponent(settings), where: config.prometheus.url },
      { component: exporterComponent(settings), where: `http://${formatAddress(config.exporter.listen)}` },
      { component: receiverComponent(settings), where: `http://${formatAddress(config.receiver.listen)}` },
    ],
    whenReady: () => {
      screen.line(`Logs are below ${config.state.directory}. Ctrl-C ends everything.`);
      return Promise.resolve();
    },
  });
}
