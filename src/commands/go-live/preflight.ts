import { open } from 'node:fs/promises';
import type { Config } from '../../config/schema.js';
import { resolveEngineUnit, withLoadedBackendUnit } from '../../deployments/engine-unit.js';
import { drillPlan } from '../../names.js';
import { errorCode, errorMessage } from '../../platform/errors.js';
import { hasFailure, type CheckLine } from '../../reports/check-lines.js';
import { dryRunLines } from '../plan-dry-run.js';
import { preflightPlan } from '../plan-preflight.js';
import { receiverLines } from '../preflight.js';
import type { Services } from '../services.js';

/** The plan that undoes a go-live. */
export const goLiveRollbackPlan = 'go-live';

/** What of this machine a go-live needs: its marker, a plan that could be carried out, and a receiver that would do it. */
export async function preflightGoLive(services: Services): Promise<CheckLine[]> {
  const [engine, config] = await Promise.all([
    resolveEngineUnit(services.config),
    withLoadedBackendUnit(services.config),
  ]);
  const [marker, plan, receiver] = await Promise.all([
    markerLine(config),
    preflightPlan(config, goLiveRollbackPlan, engine),
    receiverLines(services, 'fail', 'go-live'),
  ]);
  const [dryRun, running] = await Promise.all([
    hasFailure(plan) ? [] : dryRunLines(config, goLiveRollbackPlan, engine),
    hasFailure(receiver) ? [] : runningLines(services),
  ]);
  return [marker, ...plan, ...dryRun, ...receiver.map(mustAct), ...running];
}

/** With real money a receiver that would roll nothing back (kill switch, shadow mode) is none. */
function mustAct(line: CheckLine): CheckLine {
  return line.level === 'warn' ? { ...line, level: 'fail' } : line;
}

/** Real trading is on while the marker is there; what stands in it is the trading system's affair. */
async function markerLine({ files }: Config): Promise<CheckLine> {
  const what = 'marker file';
  const path = files.go_live_marker;
  try {
    const marker = await open(path, 'r');
    try {
      // A folder can be opened, and not be read.
      const { bytesRead } = await marker.read(Buffer.alloc(1), 0, 1, 0);
      return { what, level: 'ok', detail: `${path} is there${bytesRead === 0 ? ', and empty' : ''}` };
    } finally {
      await marker.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return {
        what,
        level: 'fail',
        detail: `${path} does not exist: real trading is not activated`,
        todo: 'Activate it first, or set files.go_live_marker to where the trading system writes it.',
      };
    }
    const todo = 'Let this user read it, or correct files.go_live_marker.';
    return { what, level: 'fail', detail: `${path} cannot be read: ${errorMessage(error)}`, todo };
  }
}

async function runningLines({ receiver, command }: Services): Promise<CheckLine[]> {
  const running = (await receiver.rollbacks()).filter(
    ({ plan, result }) => result === null && plan !== drillPlan,
  );
  return running.map(({ id }) => ({
    what: 'rollbacks',
    level: 'fail',
    detail: `${id} is running`,
    todo: `Wait for its end: ${command} deploy status.`,
  }));
}
