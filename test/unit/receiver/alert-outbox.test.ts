import { describe, expect, it, onTestFinished } from 'vitest';
import { AlertmanagerError, type PostableAlert } from '../../../src/alerts/alertmanager.js';
import { unixNow } from '../../../src/platform/clock.js';
import { poll } from '../../../src/platform/poll.js';
import { AlertOutbox } from '../../../src/receiver/alert-outbox.js';
import { silent } from '../../support/violations.js';

function alert(name: string, changes: Partial<PostableAlert> = {}): PostableAlert {
  const startsAt = changes.startsAt ?? 1000;
  return {
    labels: { alertname: name },
    annotations: {},
    startsAt,
    endsAt: unixNow() + 600,
    generatorURL: '',
    ...changes,
  };
}

/** An Alertmanager that answers as it is told to. */
class Stub {
  readonly base = 'http://stub';
  readonly taken: PostableAlert[] = [];
  attempts = 0;
  error: AlertmanagerError | undefined;

  post(posted: PostableAlert): Promise<void> {
    this.attempts += 1;
    if (this.error !== undefined) return Promise.reject(this.error);
    this.taken.push(posted);
    return Promise.resolve();
  }

  get names(): (string | undefined)[] {
    return this.taken.map(({ labels }) => labels.alertname);
  }
}

function open(): { stub: Stub; outbox: AlertOutbox } {
  const stub = new Stub();
  const outbox = new AlertOutbox(stub, silent, { first: 0.01, longest: 0.02 });
  onTestFinished(() => outbox.stop());
  return { stub, outbox };
}

const until = (done: () => boolean): Promise<true | undefined> =>
  poll(() => (done() ? true : undefined), 10, 0.01);

describe('the outbox of an Alertmanager', () => {
  it('gives alerts in order', async () => {
    const { stub, outbox } = open();
    for (const name of ['A', 'B', 'C']) outbox.add(alert(name));
    expect(await until(() => stub.taken.length === 3)).toBe(true);
    expect(stub.names).toEqual(['A', 'B', 'C']);
    expect(outbox.status).toEqual({ sent: 3, failed: { expired: 0, dropped: 0, refused: 0 } });
  });

  it('tries again until it is taken, and keeps the order', async () => {
    const { stub, outbox } = open();
    stub.error = new AlertmanagerError('away');
    outbox.add(alert('A'));
    outbox.add(alert('B'));
    expect(await until(() => stub.attempts >= 3)).toBe(true);
    stub.error = undefined;
    expect(await until(() => stub.taken.length === 2)).toBe(true);
    expect(stub.names).toEqual(['A', 'B']);
  });

  it('does not try again what is refused, and goes on with the next', async () => {
    const { stub, outbox } = open();
    stub.error = new AlertmanagerError('no', true);
    outbox.add(alert('A'));
    expect(await until(() => stub.attempts === 1)).toBe(true);
    stub.error = undefined;
    outbox.add(alert('B'));
    expect(await until(() => stub.taken.length === 1)).toBe(true);
    expect(stub.names).toEqual(['B']);
    expect(outbox.status.failed.refused).toBe(1);
  });

  it('says of what still waits only the newest, and drops the oldest of too many', async () => {
    const { stub, outbox } = open();
    outbox.add(alert('Missing', { annotations: { summary: 'old' } }));
    outbox.add(alert('Missing', { annotations: { summary: 'new' } }));
    outbox.add(alert('Missing', { startsAt: 2000 }));
    expect(await until(() => stub.taken.length === 2)).toBe(true);
    expect(stub.taken.map(({ annotations }) => annotations.summary)).toEqual(['new', undefined]);
    for (let index = 0; index < 203; index += 1) outbox.add(alert(`A${index}`));
    expect(await until(() => stub.taken.length === 202)).toBe(true);
    expect(stub.names[2]).toBe('A3');
    expect(outbox.status).toMatchObject({ sent: 202, failed: { dropped: 3 } });
  });

  it('tries once more when the receiver ends, and then gives up', async () => {
    const { stub, outbox } = open();
    stub.error = new AlertmanagerError('away');
    outbox.add(alert('A'));
    expect(await until(() => stub.attempts >= 1)).toBe(true);
    await outbox.stop();
    const attempts = stub.attempts;
    stub.error = undefined;
    outbox.add(alert('B'));
    await outbox.stop();
    expect(stub.attempts).toBe(attempts);
  });
});
