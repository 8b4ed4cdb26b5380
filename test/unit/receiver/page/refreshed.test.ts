import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { PrometheusError } from '../../../../src/alerts/prometheus.js';
import { poll } from '../../../../src/platform/poll.js';
import { Refreshed } from '../../../../src/receiver/page/refreshed.js';

const logger = pino({ level: 'silent' });

function refreshed<T>(read: () => Promise<T>, everySeconds = 60, patienceSeconds = 5): Refreshed<T> {
  return new Refreshed({ read, everySeconds, patienceSeconds, what: 'a test', logger });
}

describe('what many look at', () => {
  it('is asked for once', async () => {
    let asked = 0;
    const source = refreshed(() => Promise.resolve(++asked));
    const answers = await Promise.all(Array.from({ length: 50 }, () => source.get('canary-1')));
    expect(answers.every((answer) => answer.state === 'known' && answer.value === 1)).toBe(true);
    await source.get('canary-1');
    expect(asked).toBe(1);
  });

  it('is asked for anew once it is old, and when it is about something else', async () => {
    let asked = 0;
    const source = refreshed(() => Promise.resolve(++asked), 0.02);
    await source.get('canary-1');
    expect(await source.get('canary-2')).toMatchObject({ value: 2 });
    const next = await poll(async () => {
      const answer = await source.get('canary-2');
      return answer.state === 'known' && answer.value > 2 ? true : undefined;
    }, 5);
    expect(next).toBe(true);
  });

  it('is about what is asked for, also where an answer about something else is under way', async () => {
    let asked = 0;
    const source = refreshed(() => Promise.resolve(++asked));
    const [first, second] = await Promise.all([source.get('canary-1'), source.get('canary-2')]);
    expect([first, second]).toMatchObject([{ value: 1 }, { value: 2 }]);
  });

  it('is unknown while no answer has come, and holds nobody up', async () => {
    const source = refreshed(() => new Promise<number>(() => undefined), 60, 0.01);
    expect(await source.get('x')).toEqual({ state: 'unknown', reason: 'Prometheus has not answered yet' });
  });

  it('is unknown where Prometheus does not answer: an old value never passes for a new one', async () => {
    let isUp = true;
    const source = refreshed(
      () => (isUp ? Promise.resolve(1) : Promise.reject(new PrometheusError('it is down'))),
      0.01,
    );
    expect(await source.get('x')).toMatchObject({ state: 'known' });
    isUp = false;
    const answer = await poll(async () => {
      const newest = await source.get('x');
      return newest.state === 'unknown' ? newest : undefined;
    }, 5);
    expect(answer).toEqual({ state: 'unknown', reason: 'it is down' });
  });

  it('tells nothing of the inside where it fails otherwise', async () => {
    const source = refreshed(() => Promise.reject(new Error('ENOENT /secret')));
    expect(await source.get('x')).toMatchObject({ reason: 'it cannot be read; see the log of the receiver' });
  });
});
