import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookAlert, type WebhookAlert } from '../../../src/alerts/webhook.js';
import { Inbox } from '../../../src/receiver/inbox.js';
import { firing } from '../../support/receiver.js';
import { silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

function alertNamed(name: string, description = ''): WebhookAlert {
  return webhookAlert.parse({ ...firing('canary-1', name), annotations: { description } });
}

/** Takes out what waits, oldest first. */
function drain(inbox: Inbox): string[] {
  const names: string[] = [];
  for (let entry = inbox.oldest(); entry !== undefined; entry = inbox.oldest()) {
    names.push(entry.alerts[0]?.labels.alertname ?? '');
    inbox.markDone(entry.id);
  }
  return names;
}

describe('Inbox', () => {
  it('gives what it took in, in order, also after a restart, and no more once it is done', async () => {
    const path = join(temporaryFolder(), 'inbox.jsonl');
    const first = await Inbox.open(path, silent);
    await Promise.all(['A', 'B', 'C'].map((name) => first.add(1, 'd', [alertNamed(name)])));
    first.markDone(first.oldest()?.id ?? 0);
    await first.close();

    const second = await Inbox.open(path, silent);
    expect(second.size).toBe(2);
    await second.add(2, 'd', [alertNamed('D')]);
    expect(drain(second)).toEqual(['B', 'C', 'D']);
    await second.close();

    const third = await Inbox.open(path, silent);
    expect(third.size).toBe(0);
    await third.close();
  });

  it('gives again what was done and not written down as such', async () => {
    const path = join(temporaryFolder(), 'inbox.jsonl');
    const first = await Inbox.open(path, silent);
    await first.add(1, 'd', [alertNamed('A')]);
    drain(first);
    const second = await Inbox.open(path, silent);
    expect(drain(second)).toEqual(['A']);
    await first.close();
    await second.close();
  });

  it('stays small, however many pass through', async () => {
    const path = join(temporaryFolder(), 'inbox.jsonl');
    const inbox = await Inbox.open(path, silent);
    const alert = alertNamed('A', 'x'.repeat(5000));
    let largest = 0;
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => inbox.add(1, 'd', [alert])));
      drain(inbox);
      largest = Math.max(largest, statSync(path).size);
    }
    await inbox.close();
    expect(largest).toBeLessThan(5 * 1024 * 1024);
  });

  it('refuses more than may wait', async () => {
    const inbox = await Inbox.open(join(temporaryFolder(), 'inbox.jsonl'), silent);
    const large = alertNamed('A', 'x'.repeat(8 * 1024 * 1024));
    for (let count = 0; count < 8; count += 1) await inbox.add(1, 'd', [large]);
    await expect(inbox.add(1, 'd', [large])).rejects.toMatchObject({ status: 503 });
    inbox.markDone(inbox.oldest()?.id ?? 0);
    await inbox.add(1, 'd', [large]);
    await inbox.close();
  });
});
