// npm run soak: ten healthy minutes through the real programs.
import { checkNode, ensureDependencies, ensurePrograms, exclusively, run } from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensurePrograms(['redis-server', 'prometheus', 'alertmanager']);
});
run('npx', ['--no-install', 'vitest', 'run', '--config', 'vitest.soak.config.ts', ...process.argv.slice(2)]);
