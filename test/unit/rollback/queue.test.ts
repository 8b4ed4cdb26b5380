import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { Ledger } from '../../../src/rollback/ledger.js';
import { soleAuthority } from '../../../src/rollback/authority.js';
import { RollbackQueue } from '../../../src/rollback/queue.js';
import { drillRun } from '../../support/drills.js';
import { silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

it('runs a drill after every rollback, and production after the others', async () => {
  const folder = temporaryFolder();
  const ledger = await Ledger.open(join(folder, 'ledger.jsonl'), silent);
  const plan = { methods: [{ name: 'script', command: ['/bin/true'] }] };
  const config = parseConfig(
    {
      files: { root: folder },
      systemd: { systemctl: '/bin/true' },
      state: { directory: folder },
      rollbacks: { qsc: plan, production: plan },
    },
    'the test',
  );
  const queue = new RollbackQueue({
    config,
    ledger,
    authority: soleAuthority,
    logger: silent,
    readRedisKey: () => Promise.resolve(undefined),
  });
  const plans = ['drill', 'production', 'qsc'];
  const ended: string[] = [];
  ledger.onRecord((record) => {
    if (record.type === 'rollback_finished') ended.push(`${record.rollback} ${record.result}`);
  });
  for (const name of plans)
    await ledger.append({ ...drillRun, rollback: name, plan: name, deployment: name });
  for (const name of plans) queue.add(name, name);
  await queue.idle();
  expect(ended).toEqual(['qsc succeeded', 'production succeeded', 'drill succeeded']);
  // A drill is no restart, and nobody files an incident of it.
  expect(ledger.state.awaitingIncident).toEqual(new Set(['qsc', 'production']));
  await ledger.close();
});
