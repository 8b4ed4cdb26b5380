import { clientTlsFiles, readClientTls } from '../../config/client-tls.js';
import type { Config } from '../../config/schema.js';
import type { KillSwitch } from '../../deployments/kill-switch.js';
import { errorMessage, UserError } from '../../platform/errors.js';
import { httpRequest } from '../../platform/http-request.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { describeKillSwitch } from '../../reports/kill-switch.js';
import type { ReceiverClient } from '../receiver-client.js';

/** Whether the receiver is there, ready, and takes our token. */
export async function checkReceiver(receiver: ReceiverClient): Promise<CheckLine[]> {
  const what = 'receiver';
  try {
    await receiver.ready();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what, level: 'fail', detail: error.message }];
  }
  try {
    await receiver.checkToken();
    return [
      { what, level: 'ok', detail: `ready at ${receiver.address}, and takes the token` },
      killSwitchLine(await receiver.killSwitch()),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what, level: 'fail', detail: error.message }];
  }
}

function killSwitchLine(killSwitch: KillSwitch): CheckLine {
  const what = 'kill switch';
  const detail = describeKillSwitch(killSwitch);
  if (!killSwitch.on) return { what, level: 'ok', detail };
  const todo = 'Nothing is rolled back by itself. To take it back: redline kill-switch off';
  return { what, level: 'warn', detail, todo };
}

/** Whether the exporter answers. */
export async function checkExporter(config: Config): Promise<CheckLine> {
  const what = 'exporter';
  const { listen, tls } = config.exporter;
  const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;
  const scheme = tls.cert_file === '' ? 'http' : 'https';
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${listen.port}/-/healthy`;
  try {
    const tls = readClientTls(clientTlsFiles(config.exporter), 'exporter.client_tls');
    const { status } = await httpRequest(url, { tls, timeoutSeconds: 5 });
    if (status === 200) return { what, level: 'ok', detail: `answers at ${url}` };
    return { what, level: 'fail', detail: `${url} answers HTTP ${status}` };
  } catch (error) {
    const detail = `does not answer at ${url}: ${errorMessage(error)}`;
    return { what, level: 'fail', detail, todo: 'Start it (redline exporter), or set exporter.listen.' };
  }
}
