import { runProgram } from './commands/program.js';
import { errorCode, UserError } from './platform/errors.js';

// Whoever reads the output may stop reading (redline audit | head): no reason to end what is under way.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
}

try {
  process.exitCode = await runProgram(process.argv);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`redline: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
// A command that has answered has nothing left to wait for, also where a library keeps a socket open.
process.exit();
