// npm run scaling: two trading hosts as network namespaces, with the real programs. Needs root.
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
  'vitest.scaling.config.ts',
  ...process.argv.slice(2),
]);
