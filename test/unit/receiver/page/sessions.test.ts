import { describe, expect, it } from 'vitest';
import { LoginLimit } from '../../../../src/receiver/page/login-limit.js';
import { Sessions, sessionSeconds } from '../../../../src/receiver/page/sessions.js';
import { TokenBucket } from '../../../../src/receiver/rate-limit.js';

/** Sessions on a clock that is set by hand, of a receiver whose secret can be changed. */
function sessionsAt(): { sessions: Sessions; world: { time: number; secret: string } } {
  const world = { time: 0, secret: 'right' };
  const sessions = new Sessions({ accepts: (secret) => secret === world.secret, now: () => world.time });
  return { sessions, world };
}

const order = { kind: 'kill switch', on: true, reason: 'engine moves' } as const;

describe('a session', () => {
  it('is opened by the secret of the receiver alone', () => {
    const { sessions } = sessionsAt();
    expect(sessions.open('kari', 'wrong')).toBeUndefined();
    const id = sessions.open('kari', 'right');
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(sessions.find(id)?.operator).toBe('kari');
    expect(sessions.find(undefined)).toBeUndefined();
    expect(sessions.find('guessed')).toBeUndefined();
  });

  it('ends by time, by logging out, and when its secret is none any more', () => {
    const { sessions, world } = sessionsAt();
    const [byTime, byHand, bySecret] = ['a', 'b', 'c'].map((name) => sessions.open(name, 'right'));
    sessions.close(byHand);
    expect(sessions.find(byHand)).toBeUndefined();
    world.time = sessionSeconds - 1;
    expect(sessions.find(byTime)).toBeDefined();
    world.secret = 'new';
    expect(sessions.find(bySecret)).toBeUndefined();
    world.secret = 'right';
    expect(sessions.find(bySecret)).toBeUndefined();
    world.time = sessionSeconds;
    expect(sessions.find(byTime)).toBeUndefined();
  });

  it('makes room: of more than 32 the oldest ends', () => {
    const { sessions } = sessionsAt();
    const ids = Array.from({ length: 33 }, () => sessions.open('kari', 'right'));
    expect(sessions.find(ids[0])).toBeUndefined();
    expect(ids.slice(1).every((id) => sessions.find(id) !== undefined)).toBe(true);
  });

  it('has an id and a form token of its own that are not each other', () => {
    const { sessions } = sessionsAt();
    const ids = [sessions.open('a', 'right'), sessions.open('a', 'right')];
    const all = [...ids, ...ids.map((id) => sessions.find(id)?.csrf)];
    expect(new Set(all).size).toBe(4);
  });
});

describe('an order', () => {
  it('is done once, as it was shown, within two minutes', () => {
    const { sessions, world } = sessionsAt();
    const session = sessions.find(sessions.open('kari', 'right'));
    if (session === undefined) throw new Error('no session was opened');
    const id = session.prepare(order, world.time);
    expect(session.take('another', world.time)).toBeUndefined();
    expect(session.take(id, world.time + 120)).toEqual(order);
    expect(session.take(id, world.time)).toBeUndefined();
    const late = session.prepare(order, world.time);
    expect(session.take(late, world.time + 121)).toBeUndefined();
    const replaced = session.prepare(order, world.time);
    session.prepare(order, world.time);
    expect(session.take(replaced, world.time)).toBeUndefined();
  });
});

describe('attempts to log in', () => {
  it('are limited by address, and those of one do not cost another', () => {
    const limit = new LoginLimit(() => new TokenBucket(0.5, () => 0));
    const attempts = Array.from({ length: 11 }, () => limit.take('10.0.0.1'));
    expect(attempts.filter(Boolean)).toHaveLength(10);
    expect(limit.take('10.0.0.2')).toBe(true);
  });

  it('of very many addresses forget the one that was silent longest', () => {
    const limit = new LoginLimit(() => new TokenBucket(0.05, () => 0));
    expect([limit.take('first'), limit.take('first')]).toEqual([true, false]);
    for (let address = 0; address < 1000; address++) limit.take(String(address));
    expect(limit.take('first')).toBe(true);
  });
});
