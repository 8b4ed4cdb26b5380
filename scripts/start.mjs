// npm start: sets up what is missing, then runs the whole stack with the simulated trading system.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkNode, ensureBuild, ensureDependencies, ensurePrograms, exclusively, root } from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensureBuild();
  ensurePrograms(['redis-server', 'prometheus', 'alertmanager']);
});
const child = spawn(
  process.execPath,
  [join(root, 'dist', 'main.js'), 'up', '--demo', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
// Ctrl-C reaches the stack too, which ends at the first signal and takes no notice of the second.
const end = () => child.kill('SIGTERM');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
// npm hands a signal to its shell alone, which ends without handing it on.
const { ppid } = process;
setInterval(() => {
  if (process.ppid !== ppid) end();
}, 500).unref();
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});
