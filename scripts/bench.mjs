// npm run bench: measures the figures of the README. Arguments choose files: npm run bench -- scrape
import { checkNode, ensureDependencies, ensurePrograms, exclusively, programs, run } from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensurePrograms(Object.keys(programs));
});
run('npx', ['--no-install', 'vitest', 'run', '--config', 'vitest.bench.config.ts', ...process.argv.slice(2)]);
