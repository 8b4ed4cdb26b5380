import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { straight } from '../../../../src/simulator/tables/bend.js';
import { createDatabase, openDatabase } from '../../../../src/simulator/tables/file.js';
import { writeSpan } from '../../../../src/simulator/tables/write-span.js';
import { TableWriter } from '../../../../src/simulator/tables/writer.js';
import { impliedCapitals, metConditions } from '../../../support/playbook-conditions.js';
import { temporaryFolder } from '../../../support/workspace.js';

const midnight = Date.UTC(2026, 10, 29) / 1000;
/** As much as is judged, and some. */
const seconds = 16 * 86_400;

/** Goes on writing for a while, in steps of as many seconds. */
function goOn(path: string, from: number, until: number, step: number): void {
  const database = openDatabase(path);
  const writer = new TableWriter(database);
  for (let at = from; at < until; at += step)
    writer.transact(() => {
      writeSpan(writer, { since: at, until: at + step }, { seed: 1, trades: true, bend: straight });
    });
  database.close();
}

/** The rows that answer a question, each as JSON. */
function read(path: string, question: string): string[] {
  const database = openDatabase(path);
  try {
    return database
      .prepare(question)
      .raw()
      .all()
      .map((row) => JSON.stringify(row));
  } finally {
    database.close();
  }
}

describe('healthy trade tables', () => {
  it.each([1, 60, 43_200])('raise no alert of the playbook %i s after midnight', async (after) => {
    const path = join(temporaryFolder(), 'trading.db');
    await createDatabase(path, { seed: 1, now: midnight + after, seconds });
    expect(metConditions(path, midnight + after)).toEqual([]);
  });

  it('raise none, whatever the moment and the seed', async () => {
    const path = join(temporaryFolder(), 'trading.db');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: midnight - 365 * 86_400, max: midnight + 365 * 86_400 }),
        fc.integer({ min: 0, max: 1000 }),
        async (now, seed) => {
          await createDatabase(path, { seed, now, seconds });
          expect(metConditions(path, now)).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('raise none while they go on for half a day, over midnight', async () => {
    const path = join(temporaryFolder(), 'trading.db');
    const start = midnight - 6 * 3600;
    await createDatabase(path, { seed: 1, now: start, seconds });
    for (let hour = 0; hour < 12; hour += 2) {
      goOn(path, start + hour * 3600, start + (hour + 2) * 3600, 60);
      expect(metConditions(path, start + (hour + 2) * 3600), `hour ${hour}`).toEqual([]);
    }
    expect(impliedCapitals(path)).toEqual([100_000]);
  });

  it('are the same written at once or in parts', async () => {
    const [whole, inParts] = [join(temporaryFolder(), 'trading.db'), join(temporaryFolder(), 'trading.db')];
    // Half an hour in which an engine is retrained, a trade is opened and a day begins, second by second.
    const [start, end] = [midnight - 900, midnight + 900];
    const day = 86_400;
    await createDatabase(whole, { seed: 1, now: end, seconds: day });
    await createDatabase(inParts, { seed: 1, now: start, seconds: day - 1800 });
    goOn(inParts, start, end, 1);
    const questions = [
      ...['candles', 'confidence_history', 'learning_states', 'retraining_history', 'news_articles'],
      ...['error_log', 'sentiment_features', 'trade_outcomes'],
    ].map((table) => `SELECT * FROM ${table} ORDER BY id`);
    for (const question of [
      ...questions,
      'SELECT symbol, entry_price, pnl, status FROM positions ORDER BY 2',
    ]) {
      const [expected, found] = [read(whole, question), read(inParts, question)];
      expect(found.length, question).toBeGreaterThan(0);
      expect(found.length, question).toBe(expected.length);
      expect(
        found.filter((row, index) => row !== expected[index]),
        question,
      ).toEqual([]);
    }
  });
});
