import { Command, CommanderError } from 'commander';
import { ExitCode } from '../platform/errors.js';
import { packageVersion } from '../platform/package-root.js';
import { registerAudit } from './audit.js';
import { registerBackup } from './backup.js';
import { registerCanary } from './canary.js';
import { registerCheck } from './check.js';
import type { CommandContext, RegisterCommand } from './context.js';
import { registerDeploy } from './deploy.js';
import { registerDrill } from './drill.js';
import { registerExporter } from './exporter.js';
import { registerGate } from './gate.js';
import { registerIncident } from './incident.js';
import { registerInject } from './inject.js';
import { registerKillSwitch } from './kill-switch.js';
import { registerObserve } from './observe.js';
import { registerMetrics } from './metrics.js';
import { operatorConfigPath } from './operator-config.js';
import { registerPromote } from './promote.js';
import { registerReceiver } from './receiver.js';
import { registerReport } from './report.js';
import { registerRollback } from './rollback.js';
import { registerScoreboard } from './scoreboard.js';
import { registerSimulate } from './simulate.js';
import { registerUp } from './up.js';
import { registerWatch } from './watch.js';

/** Every command, one file each. What a command needs is imported when it runs, so that none waits for the others' code. */
const commands: readonly RegisterCommand[] = [
  registerReceiver,
  registerUp,
  registerExporter,
  registerMetrics,
  registerSimulate,
  registerInject,
  registerGate,
  registerCanary,
  registerDeploy,
  registerPromote,
  registerScoreboard,
  registerReport,
  registerObserve,
  registerWatch,
  registerRollback,
  registerKillSwitch,
  registerIncident,
  registerCheck,
  registerDrill,
  registerAudit,
  registerBackup,
];

/**
 * Runs the command that the arguments name.
 * @param argv as in `process.argv`
 * @returns the exit code
 * @throws UserError for a mistake of the person who typed
 */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  const program = new Command('redline')
    .description('Watches automated-trading systems and rolls a bad deployment back by itself.')
    .version(packageVersion)
    .option('-c, --config <file>', 'configuration file (default: REDLINE_CONFIG, then ./redline.yml)')
    .showHelpAfterError('(redline --help lists the commands)')
    .exitOverride();
  let isForScript = false;
  program.hook('preAction', (_program, command) => {
    isForScript = command.opts<{ json?: true }>().json === true;
  });
  const configPath = (): string | undefined => program.opts<{ config?: string }>().config;
  const context: CommandContext = {
    configPath,
    operatorConfigPath: () => operatorConfigPath(configPath(), isForScript),
    exit: (code) => {
      exitCode = code;
    },
  };
  for (const register of commands) register(program, context);

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.failure;
    throw error;
  }
  return exitCode;
}
