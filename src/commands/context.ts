import type { Command } from 'commander';
import type { ExitCode } from '../platform/errors.js';

/** What the program gives to each of its commands. */
export interface CommandContext {
  /** the value of --config, undefined where it was not given */
  readonly configPath: () => string | undefined;
  /** the same for what a person types beside a running demonstration: its configuration where there is no other */
  readonly operatorConfigPath: () => string | undefined;
  /** sets the exit code with which the program ends once the command has returned */
  readonly exit: (code: ExitCode) => void;
}

/** Adds a command, its options and its action to the program. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
