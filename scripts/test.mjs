// npm test: sets up what is missing, then runs the tests. Arguments go to vitest: npm test -- test/unit
import {
  checkNode,
  ensureDependencies,
  ensurePrograms,
  exclusively,
  offerSystemd,
  programs,
  run,
} from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensurePrograms(Object.keys(programs).filter((name) => name !== 'prometheus-redis-exporter'));
  offerSystemd();
});
run('npx', ['--no-install', 'vitest', 'run', ...process.argv.slice(2)]);
