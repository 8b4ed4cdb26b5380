import { ExitCode, UserError } from '../../platform/errors.js';
import { hasFailure, renderCheckLines } from '../../reports/check-lines.js';
import { renderGoLiveStarted } from '../../reports/go-live-start.js';
import { parseObservation } from '../observation-length.js';
import { openServices } from '../services.js';
import { refuseUnknownNames } from '../start-judgement.js';
import { note, outputPaint, print, printJson } from '../terminal.js';
import { judgeGoLive } from './judge-start.js';
import { preflightGoLive } from './preflight.js';

export interface StartOptions {
  readonly operator?: string;
  readonly duration?: string;
  readonly accept?: readonly string[];
  readonly json?: true;
}

/** `redline deploy start go-live`. @returns 0 under observation, 2 refused, every item told with its verdict */
export async function startGoLive(
  configPath: string | undefined,
  { accept = [], operator, duration, json }: StartOptions,
): Promise<ExitCode> {
  const name = namedOperator(operator);
  const length = duration === undefined ? undefined : parseObservation(duration);
  const services = openServices(configPath);
  const { observation, settle } = services.config.deployments.go_live;
  const accepted = [...new Set(accept)];
  const [judged, preflight] = await Promise.all([judgeGoLive(services, accepted), preflightGoLive(services)]);
  refuseUnknownNames(accepted, judged.rollbackAlerts, 'a go-live');
  const checks = [...preflight, ...judged.lines];
  if (json !== true) print(`${renderCheckLines(checks, outputPaint())}\n`);
  if (hasFailure(checks)) {
    if (json) printJson({ ok: false, checks, deployment: null });
    note('redline: no go-live is under observation: mend what FAIL names above. Nothing was changed.');
    return ExitCode.refused;
  }
  const deployment = await services.receiver.startDeployment({
    kind: 'go-live',
    operator: name,
    observation_seconds: length ?? observation,
    settle_seconds: settle,
    start_values: [...judged.startValues],
    accepted,
  });
  if (json) printJson({ ok: true, checks, deployment });
  else print(renderGoLiveStarted(deployment, judged.rollbackAlerts ?? [], services.command, outputPaint()));
  return ExitCode.ok;
}

/** @throws UserError where nobody is named: with real money somebody answers for it, and not whoever is logged in */
function namedOperator(operator: string | undefined): string {
  const name = operator?.trim() ?? '';
  if (name !== '') return name.slice(0, 128);
  throw new UserError(
    'A go-live needs somebody who answers for it: redline deploy start go-live --operator NAME. The name goes on record.',
  );
}
