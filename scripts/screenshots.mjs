// npm run screenshots: takes the pictures of docs/images from a demonstration that really runs.
import { checkNode, ensureDependencies, ensurePrograms, exclusively, offerBrowser, run } from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensurePrograms(['redis-server', 'prometheus', 'alertmanager']);
  offerBrowser();
});
run('npx', ['--no-install', 'vitest', 'run', '--config', 'vitest.screenshots.config.ts']);
