// npm test: sets up what is missing, then runs the tests. Arguments go to vitest: npm test -- test/unit
import { spawn } from 'node:child_process';
import {
  checkNode,
  ensureBuild,
  ensureDependencies,
  ensurePrograms,
  exclusively,
  offerBrowser,
  offerSystemd,
  programs,
  root,
  run,
} from './setup.mjs';

checkNode();
exclusively(() => {
  ensureDependencies();
  ensurePrograms(Object.keys(programs).filter((name) => name !== 'prometheus-redis-exporter'));
  offerSystemd();
  offerBrowser();
});
const chosen = process.argv.slice(2);
if (chosen.length > 0) run('npx', ['--no-install', 'vitest', 'run', ...chosen]);
else await runAll();

/** Scenarios wait for their programs now and then; unit tests use what time that leaves, and are told after them. */
async function runAll() {
  // Else both would write the same programs at once.
  ensureBuild();
  const patient = ['--maxWorkers=1', '--testTimeout=600000', '--hookTimeout=600000'];
  const [scenarios, unit] = await Promise.all([
    vitest(['npx', '--no-install', 'vitest', 'run', 'test/scenarios'], 'inherit'),
    vitest(['nice', 'npx', '--no-install', 'vitest', 'run', 'test/unit', ...patient], 'pipe'),
  ]);
  process.stdout.write(unit.said);
  if (scenarios.code !== 0 || unit.code !== 0) {
    process.stderr.write(
      `\nFailed: ${failedOf({ 'test/scenarios': scenarios, 'test/unit': unit })} (see above).\n`,
    );
    process.exit(1);
  }
}

function failedOf(runs) {
  return Object.entries(runs)
    .filter(([, { code }]) => code !== 0)
    .map(([name]) => name)
    .join(', ');
}

/** @returns the exit code, and what was said where that is not shown at once */
function vitest([command, ...args], output) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, said: Buffer.concat(said) }));
  });
}
