import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calibrationFaultFacts } from '../../../../src/simulator/faults/calibration-faults.js';
import { healthyConduct, type Conduct } from '../../../../src/simulator/trading/conduct.js';
import { JournalFile } from '../../../../src/simulator/trading/journal-file.js';
import { routineLines } from '../../../../src/simulator/trading/journal-lines.js';
import { TradingJournal } from '../../../../src/simulator/trading/journal.js';
import { temporaryFolder } from '../../../support/workspace.js';

const units = { engine: 'quantum-ai-engine.service', harvest: 'quantum-harvest-consumer.service' };
const origin = 1_768_000_000;
const running = { calibration: null };
type Entry = Record<'__CURSOR' | '__REALTIME_TIMESTAMP' | '_SYSTEMD_UNIT' | 'PRIORITY' | 'MESSAGE', string>;

function newJournal() {
  const path = join(temporaryFolder(), 'journal.jsonl');
  const entries = (): Entry[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
  return { path, entries, journal: new TradingJournal(new JournalFile(path, units), origin) };
}

const moment = (now: number, conduct: Conduct = healthyConduct) => ({ now, conduct, engine: running });
const isBlocked = ({ MESSAGE: text }: Entry): boolean => text.includes('BLOCKED');

describe('routine lines', () => {
  it('block four trades in any six hours', () => {
    for (let after = origin - 6 * 3600; after < origin + 6 * 3600; after += 797) {
      const blocked = routineLines(origin, after, after + 6 * 3600).filter(({ text }) =>
        text.includes('BLOCKED'),
      );
      expect(blocked.length).toBe(4);
    }
  });

  it('name no error in the minutes after a start, nor in those before', () => {
    const near = routineLines(origin, origin - 900, origin + 1800);
    expect(near.length).toBeGreaterThan(100);
    expect(near.filter(({ text }) => /error|exception|fatal/i.test(text))).toEqual([]);
    const whole = routineLines(origin, origin - 6 * 3600, origin);
    expect(whole.some(({ text }) => text.includes('Expected Calibration Error (ECE)'))).toBe(true);
  });

  it('come once each, wherever a span ends', () => {
    const cuts = [0, 1, 14.5, 15, 15.5, 60, 61.25, 3600];
    const inParts = cuts
      .slice(1)
      .flatMap((cut, index) => routineLines(origin, origin + (cuts[index] ?? 0), origin + cut));
    expect(inParts).toEqual(routineLines(origin, origin, origin + 3600));
  });
});

describe('the journal of the demonstration', () => {
  it('holds entries as journalctl prints them, oldest first, each with a cursor of its own', async () => {
    const { journal, entries } = newJournal();
    await journal.open();
    await journal.pulse(moment(origin + 60));
    const all = entries();
    expect(all.filter(isBlocked)).toHaveLength(4);
    expect(new Set(all.map((entry) => entry.__CURSOR)).size).toBe(all.length);
    const times = all.map((entry) => Number(entry.__REALTIME_TIMESTAMP) / 1e6);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(origin - 6 * 3600);
    expect(all.find(isBlocked)).toMatchObject({ _SYSTEMD_UNIT: units.harvest, PRIORITY: '4' });
  });

  it('goes on where it was when the simulator is started again', async () => {
    const { path, journal, entries } = newJournal();
    await journal.open();
    const before = entries().length;
    await new TradingJournal(new JournalFile(path, units), origin + 10).open();
    expect(entries()).toHaveLength(before);
  });

  it('has no line of an engine that does not run', async () => {
    const { journal, entries } = newJournal();
    await journal.pulse({ ...moment(origin + 60), engine: undefined });
    expect(new Set(entries().map((entry) => entry._SYSTEMD_UNIT))).toEqual(new Set([units.harvest]));
  });

  it('makes each storm more than twice of what a baseline may have seen of those before', async () => {
    const { journal, entries } = newJournal();
    const storm = { ...healthyConduct, ...calibrationFaultFacts['guard-storm'].conduct };
    await journal.open();
    for (let round = 1; round <= 3; round += 1) {
      const before = entries().filter(isBlocked).length;
      await journal.change(moment(origin + round, storm), healthyConduct);
      expect(entries().filter(isBlocked).length).toBeGreaterThan(2.5 * before);
    }
  });

  it('stays bounded, and keeps the newest lines', async () => {
    const { path, entries } = newJournal();
    const file = new JournalFile(path, units);
    const lines = Array.from({ length: 10_001 }, (_, index) => ({
      unit: 'engine' as const,
      at: origin + index,
      text: `INFO line ${index}`,
    }));
    await file.append(lines.slice(0, 10_000));
    expect(entries()).toHaveLength(10_000);
    await file.append(lines.slice(10_000));
    const kept = entries();
    expect(kept).toHaveLength(5000);
    expect(kept.at(-1)?.MESSAGE).toBe('INFO line 10000');
  });
});
