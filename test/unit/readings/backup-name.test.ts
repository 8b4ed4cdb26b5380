import { describe, expect, it } from 'vitest';
import { backupName, backupStem, backupTime } from '../../../src/readings/backup-name.js';

describe('the name of a copy', () => {
  it('is that of the database and the day, UTC', () => {
    expect(backupStem('/srv/trading/data/trading.db')).toBe('trading');
    expect(backupStem('/srv/trades')).toBe('trades');
    expect(backupName('trading', Date.UTC(2026, 10, 29, 23, 59, 59) / 1000)).toBe('trading_20261129.db');
  });

  it.each([
    ['trading_20261129.db', Date.UTC(2026, 10, 29)],
    ['trading_20261129T173001Z.db', Date.UTC(2026, 10, 29, 17, 30, 1)],
    ['trading_20280229.db', Date.UTC(2028, 1, 29)],
  ])('%s states its time', (name, expected) => {
    expect(backupTime(name, 'trading')).toBe(expected / 1000);
  });

  it.each([
    'trading.db',
    'trading_20261329.db',
    'trading_20270229.db',
    'trading_20261129T250000Z.db',
    'trading_20261129.db-wal',
    'trading_20261129.db.gz',
    'xtrading_20261129.db',
    'Trading_20261129.db',
    '.trading_20261129.db.0123456789ab.tmp',
    'trading_latest.db',
  ])('%s is none', (name) => {
    expect(backupTime(name, 'trading')).toBeUndefined();
  });
});
