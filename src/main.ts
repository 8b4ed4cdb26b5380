import { runProgram } from './commands/program.js';
import { UserError } from './platform/errors.js';

try {
  process.exitCode = await runProgram(process.argv);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`redline: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
// A command that has answered has nothing left to wait for, also where a library keeps a socket open.
process.exit();
