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
// Ctrl-C reaches the whole group; this process only waits for the stack to have ended.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (signal === 'SIGTERM') child.kill(signal);
  });
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});
