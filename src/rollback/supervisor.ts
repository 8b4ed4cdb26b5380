import { text } from 'node:stream/consumers';
import { errorMessage } from '../platform/errors.js';
import { writeFileAtomically } from '../platform/files.js';
import { runCommand } from '../platform/run-command.js';
import type { SupervisedCommand } from './supervised-command.js';

// A program of its own, so that a command keeps its time limit and its end is not lost when the receiver is killed. It is
// told the command on standard input; how the command ended goes to a file for the receiver that comes next, and as one
// line to standard output for the one that waits.

/** Whoever may read the state directory may read what scripts say. */
const fileMode = 0o600;

process.stdout.on('error', () => undefined); // the receiver is gone: that is what the file is for
// It ends when its command has ended, whatever ends its session.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

// Written by runSupervised of the same version, so it is what it must be.
const { outcomeFile, ...command } = JSON.parse(await text(process.stdin)) as SupervisedCommand;
process.umask(0o022);
const outcome = await runCommand(command);
try {
  await writeFileAtomically(outcomeFile, `${JSON.stringify(outcome)}\n`, fileMode);
} catch (error) {
  process.stderr.write(`the end of ${command.argv[0] ?? ''} could not be kept: ${errorMessage(error)}\n`);
}
process.stdout.write(`${JSON.stringify(outcome)}\n`);
