import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/schema.js';
import {
  noUnit,
  resolveEngineUnit,
  rolledBackHarvestUnit,
  withLoadedHarvestUnit,
} from '../../deployments/engine-unit.js';
import { errorCode, errorMessage, UserError } from '../../platform/errors.js';
import { packageRoot } from '../../platform/package-root.js';
import { runCommand } from '../../platform/run-command.js';
import { isObject } from '../../readings/lenient-json.js';
import type { CheckLine } from '../../reports/check-lines.js';
import { preparePlan, programProblem, verifiedUnits } from '../../rollback/plans.js';
import { baseEnvironment } from '../../rollback/script-environment.js';
import { PidFileSource } from '../../sources/process.js';
import { SourceError } from '../../sources/source-error.js';
import { canWrite } from '../plan-preflight.js';
import { askSystemctl } from '../systemctl.js';

const journalTimeout = 10;

/** What a calibration needs of this machine beside its plan. What only its preparation needs is a warning until then. */
export async function checkCalibration(config: Config): Promise<CheckLine[]> {
  const lines = await Promise.all([
    backupLine(config, 'warn'),
    unitLines(config),
    journalLines(config),
    incidentsLine(config),
  ]);
  return [...lines.flat(), ...redisCliLines(config)];
}

/** Whether the configuration to go back to is there. @param missing how it is taken that it is not */
export async function backupLine({ files }: Config, missing: 'warn' | 'fail'): Promise<CheckLine> {
  const what = 'calibration backup';
  const path = files.calibration_backup;
  const todo = `Copy the configuration that is in force there (cp ${files.calibration_config} ${path}): a rollback puts it back.`;
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isObject(content)) return { what, level: 'ok', detail: `${path} holds a JSON object` };
    return { what, level: 'fail', detail: `${path} holds no JSON object`, todo };
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      return { what, level: missing, detail: `${path} does not exist`, todo };
    const detail =
      error instanceof SyntaxError
        ? `${path} is not valid JSON`
        : `${path} cannot be read: ${errorMessage(error)}`;
    return { what, level: 'fail', detail, todo };
  }
}

async function unitLines(configured: Config): Promise<CheckLine[]> {
  const [engine, config] = await Promise.all([
    resolveEngineUnit(configured),
    withLoadedHarvestUnit(configured),
  ]);
  const { systemd } = config;
  const harvest = rolledBackHarvestUnit(config);
  return Promise.all([
    unitLine(systemd, 'engine', engine, systemd.engine_pid_file),
    harvest === noUnit ? noHarvestLine : unitLine(systemd, 'harvest', harvest, systemd.harvest_pid_file),
    ...furtherUnits(config, engine).map((unit) => furtherUnitLine(systemd, unit)),
  ]);
}

/** What is said of the harvest consumer where `harvest_unit` is taken out of the configured inputs. */
export const noHarvestLine: CheckLine = {
  what: 'harvest unit',
  level: 'ok',
  detail: 'none, as deployments.calibration.inputs has no harvest_unit: a rollback restarts the engine alone',
};

/** The units beside engine and harvest consumer that a rollback of a calibration verifies. */
export function furtherUnits(config: Config, engine: string): string[] {
  const known = [engine, rolledBackHarvestUnit(config)];
  try {
    return verifiedUnits(preparePlan(config, 'calibration', engine)).filter((unit) => !known.includes(unit));
  } catch (error) {
    // Said where the plan itself is looked at.
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function furtherUnitLine({ systemctl }: Config['systemd'], unit: string): Promise<CheckLine> {
  const what = 'verified unit';
  const { said } = await askSystemctl(systemctl, ['show', '-p', 'LoadState', unit]);
  if (said === 'LoadState=loaded') return { what, level: 'ok', detail: `${unit} is loaded` };
  const todo = 'Correct the verify lists of rollbacks.calibration: no rollback would ever be verified.';
  return { what, level: 'warn', detail: `${unit} is not loaded: ${said}`, todo };
}

/** Whether there is what the exporter would judge: a unit that systemd has loaded, or the process of a pid file. */
async function unitLine(
  { enabled, systemctl }: Config['systemd'],
  role: 'engine' | 'harvest',
  unit: string,
  pidFile: string,
): Promise<CheckLine> {
  const what = `${role} unit`;
  if (pidFile !== '') return pidFileLine(what, pidFile);
  const todo = `See systemd.${role}_units; without systemd name a pid file (systemd.${role}_pid_file).`;
  if (!enabled)
    return { what, level: 'warn', detail: 'not watched: no systemd and no pid file is configured', todo };
  const { said } = await askSystemctl(systemctl, ['show', '-p', 'LoadState', unit]);
  if (said === 'LoadState=loaded') return { what, level: 'ok', detail: `${unit} is loaded` };
  return { what, level: 'warn', detail: `${unit} is not loaded: ${said}`, todo };
}

async function pidFileLine(what: string, path: string): Promise<CheckLine> {
  const todo = 'Start it, or correct the pid file that the configuration names.';
  try {
    const { process } = await new PidFileSource(path).read();
    if (process !== undefined)
      return { what, level: 'ok', detail: `process ${process.pid} of ${path} stands for it` };
    return { what, level: 'warn', detail: `${path} names no process that runs`, todo };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { what, level: 'warn', detail: error.message, todo };
  }
}

async function journalLines({ journal }: Config): Promise<CheckLine[]> {
  if (!journal.enabled) return [];
  const what = 'journal';
  const folder = journal.directory === '' ? [] : ['-D', journal.directory];
  const argv = [journal.journalctl, ...folder, '-n', '0', '--no-pager'];
  const { exit_code, error, output, timed_out } = await runCommand({
    argv,
    cwd: '/',
    environment: { ...baseEnvironment(), LC_ALL: 'C' },
    stdin: '',
    timeoutSeconds: journalTimeout,
  });
  const problem = timed_out
    ? `${journal.journalctl} has not answered in ${journalTimeout} s`
    : error || journalProblem(exit_code, output);
  if (problem === '') return [{ what, level: 'ok', detail: `${argv.slice(0, -3).join(' ')} reads it` }];
  const todo =
    'Let the user of the exporter read it (group systemd-journal), or set journal.enabled to false where the units log elsewhere.';
  return [{ what, level: 'fail', detail: problem, todo }];
}

/** What journalctl says where this user sees nothing, or only its own lines; empty: it sees all. */
function journalProblem(exitCode: number | null, output: string): string {
  const hidden =
    /^.*(?:not seeing messages|insufficient permissions|No journal files|Permission denied).*$/im;
  const said = hidden.exec(output)?.[0] ?? (exitCode === 0 ? undefined : output.trim().split('\n')[0]);
  return said === undefined ? '' : `it cannot be read: ${said}`;
}

/** The redis-cli of a rollback, as its script finds it: the configured one, that of the PATH, the one that was set up. */
function redisCliLines({ rollbacks, files }: Config): CheckLine[] {
  const plan = rollbacks.calibration;
  if (plan === undefined) return [];
  const configured = plan.environment.ROLLBACK_REDIS_CLI;
  const unpacked = join(packageRoot, '.redline', 'servers', 'usr', 'bin', 'redis-cli');
  const programs =
    configured === undefined
      ? ['redis-cli', unpacked]
      : // A script runs in the trading system's folder.
        [configured.includes('/') ? resolve(files.root, configured) : configured];
  if (programs.some((program) => programProblem(program) === undefined)) return [];
  return [
    {
      what: 'redis-cli',
      level: 'warn',
      detail: `${programs[0] ?? ''} is not there: a rollback of a calibration could not clear its state in Redis`,
      todo: 'Install it (apt-get install redis-tools) where rollbacks run.',
    },
  ];
}

async function incidentsLine({ files }: Config): Promise<CheckLine> {
  const what = 'incident files';
  if (await canWrite(files.incidents)) return { what, level: 'ok', detail: `${files.incidents} is writable` };
  return {
    what,
    level: 'fail',
    detail: `${files.incidents} cannot be written by this user`,
    todo: 'What happened in a rollback could not be told there. Change its owner, or set files.incidents.',
  };
}
