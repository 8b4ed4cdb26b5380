import { describe, expect, it } from 'vitest';
import { webhookAlert } from '../../../src/alerts/webhook.js';
import { NotificationLog } from '../../../src/receiver/notifications.js';
import { watchdogAlert } from '../../../src/receiver/own-alerts.js';
import { silent } from '../../support/violations.js';

describe('the notification log', () => {
  const own = watchdogAlert('It is away.', 1_700_000_000.123, 'http://127.0.0.1:9712');
  const back = webhookAlert.parse({
    status: 'firing',
    // Alertmanager sorts labels and leaves out zeros.
    labels: Object.fromEntries(Object.entries(own.labels).reverse()),
    annotations: own.annotations,
    startsAt: '2023-11-14T22:13:20.123Z',
  });

  it('does not tell again what Alertmanager brings back', () => {
    const log = new NotificationLog(silent);
    log.addOwn(own, 'firing', 'error');
    log.receive(back);
    log.receive({ ...back, status: 'resolved' });
    expect(log.list()).toMatchObject([{ alertname: 'RedlineWatchdogMissing', status: 'firing' }]);
  });

  it('tells of another onset, of what another receiver told, and of every other alert', () => {
    const log = new NotificationLog(silent);
    log.addOwn(own, 'firing', 'error');
    log.receive({ ...back, startsAt: '2023-11-14T22:13:20.124Z' });
    log.receive({ ...back, labels: { ...back.labels, alertname: 'RedisDown' } });
    log.receive({ ...back, startsAt: 'no time' });
    expect(log.list()).toHaveLength(4);
  });
});
