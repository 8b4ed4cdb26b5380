// npm run dashboards: makes Grafana's dashboards of their code and of the rules. Arguments go to grafana/src/main.ts.
import { join } from 'node:path';
import { checkNode, ensureDependencies, exclusively, root, run } from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  run('npx', ['--no-install', 'tsc', '-p', join('grafana', 'tsconfig.json')], { stdio: ['ignore', 2, 2] });
});
run(process.execPath, [
  join(root, '.redline', 'dashboards', 'grafana', 'src', 'main.js'),
  ...process.argv.slice(2),
]);
