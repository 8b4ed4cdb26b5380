import { describe, it } from 'vitest';
import { FaultBed } from '../support/fault-bed.js';

type Reload = readonly [how: string, reload: (bed: FaultBed) => Promise<void>];

const reloads: readonly Reload[] = [
  [
    'POST /-/reload',
    async ({ alertmanager }) => {
      await fetch(`${alertmanager.url}/-/reload`, { method: 'POST' });
    },
  ],
  [
    'SIGHUP',
    ({ alertmanager }) => {
      alertmanager.signal('SIGHUP');
      return Promise.resolve();
    },
  ],
];

describe('Alertmanager reloads its configuration', () => {
  it.each(reloads)(
    'by %s during a POST that hangs: it is sent again, rolled back once',
    async (_, reload) => {
      const bed = await FaultBed.start({ reconciles: false });
      bed.proxy.behave('hold');
      const canary = await bed.violated();
      await bed.until('a POST hangs', () => bed.proxy.webhooks(canary).length > 0);
      await reload(bed);
      await bed.until('it is sent again', () => bed.proxy.webhooks(canary).length > 1);
      bed.proxy.behave('pass');
      await bed.expectOnce(canary);
    },
  );

  it.each(reloads)(
    'by %s before the answer came: it is sent again, and nothing runs twice',
    async (_, reload) => {
      const bed = await FaultBed.start({ reconciles: false });
      bed.proxy.behave('hold-answer');
      const canary = await bed.violated();
      await bed.rolledBack(canary);
      await reload(bed);
      await bed.until('it is sent again', () => bed.proxy.webhooks(canary).length > 1);
      bed.proxy.behave('pass');
      await bed.expectOnce(canary);
    },
  );
});
