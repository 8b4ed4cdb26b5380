// npm run faults: everything that goes wrong, with the real programs. Arguments choose files: npm run faults -- reload
import { checkNode, ensureDependencies, ensurePrograms, exclusively, run } from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensurePrograms(['redis-server', 'prometheus', 'alertmanager']);
});
run('npx', [
  '--no-install',
  'vitest',
  'run',
  '--config',
  'vitest.faults.config.ts',
  ...process.argv.slice(2),
]);
