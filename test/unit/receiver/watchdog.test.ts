import { describe, expect, it } from 'vitest';
import type { PostableAlert } from '../../../src/alerts/alertmanager.js';
import { Watchdog } from '../../../src/receiver/watchdog.js';
import { emptyState } from '../../../src/rollback/state.js';
import { canary } from '../../support/violations.js';

const beat = [{ status: 'firing', labels: { alertname: 'Watchdog' } }] as const;

/** A watchdog whose clock goes on by hand, a second a look. */
function start(): {
  watchdog: Watchdog;
  told: string[];
  renewed: PostableAlert[];
  look: (seconds: number) => void;
  pause: (seconds: number) => void;
  declare: (isOpen: boolean) => void;
} {
  const state = emptyState();
  const told: string[] = [];
  const renewed: PostableAlert[] = [];
  let now = 0;
  const watchdog = new Watchdog({
    ledger: { state },
    notifier: {
      tell: ({ labels }, status) => told.push(`${labels.alertname ?? ''} ${status}`),
      renew: (alert) => renewed.push(alert),
    },
    alertAfter: 180,
    receiverUrl: 'http://127.0.0.1:9712',
    steadyNow: () => now,
  });
  return {
    watchdog,
    told,
    renewed,
    look: (seconds) => {
      for (let second = 0; second < seconds; second += 1) {
        now += 1;
        watchdog.look();
      }
    },
    pause: (seconds) => {
      now += seconds;
    },
    declare: (isOpen) => {
      state.deployments.set('canary-1', canary({ outcome: isOpen ? null : 'accepted' }));
    },
  };
}

describe('the watchdog', () => {
  it('is missed after its time, once, and its return is told', () => {
    const { watchdog, told, look, declare } = start();
    declare(true);
    look(179);
    expect(told).toEqual([]);
    look(1);
    expect(told).toEqual(['RedlineWatchdogMissing firing']);
    look(300);
    expect(told).toHaveLength(1);
    watchdog.receive(beat, 5000);
    expect(told).toEqual(['RedlineWatchdogMissing firing', 'RedlineWatchdogMissing resolved']);
    expect(watchdog.lastReceived).toBe(5000);
    look(179);
    expect(told).toHaveLength(2);
    look(1);
    expect(told).toHaveLength(3);
  });

  it('is not missed while it comes, nor while nothing is under observation', () => {
    const { watchdog, told, look, declare } = start();
    look(1000);
    expect(told).toEqual([]);
    watchdog.receive(beat, 1);
    declare(true);
    for (let beats = 0; beats < 5; beats += 1) {
      look(170);
      watchdog.receive(beat, 1);
    }
    expect(told).toEqual([]);
    look(500);
    expect(told).toHaveLength(1);
    declare(false);
    look(10);
    watchdog.receive(beat, 1);
    expect(told).toHaveLength(1);
  });

  it('is missed at once where it was away already when a deployment begins', () => {
    const { told, look, declare } = start();
    look(1000);
    declare(true);
    look(1);
    expect(told).toHaveLength(1);
  });

  it('is not missed for a pause of the receiver, and no other alert is one of it', () => {
    const { watchdog, told, look, pause, declare } = start();
    declare(true);
    pause(3600);
    look(170);
    expect(told).toEqual([]);
    watchdog.receive([{ status: 'firing', labels: { alertname: 'Other' } }], 1);
    watchdog.receive([{ status: 'resolved', labels: { alertname: 'Watchdog' } }], 1);
    expect(watchdog.lastReceived).toBeNull();
    look(10);
    expect(told).toHaveLength(1);
  });
});
