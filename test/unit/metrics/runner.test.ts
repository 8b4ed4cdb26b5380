import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CollectorError, type CollectContext, type CollectorModule } from '../../../src/metrics/collector.js';
import { Collection } from '../../../src/metrics/collection.js';
import { counter, gauge } from '../../../src/metrics/metric.js';
import { ProcessMetrics } from '../../../src/metrics/process-metrics.js';
import { CollectorRunner } from '../../../src/metrics/runner.js';
import { Values } from '../../../src/metrics/values.js';
import { createLogger } from '../../../src/platform/log.js';

const value = gauge({ name: 'value', help: '', unit: '', source: '', labels: ['of'] });
const seen = counter({ name: 'seen_total', help: '', unit: '', source: '', labels: [] });
const silent = createLogger('test', 'silent');

/** Collectors with these bodies, and the way to ask for a page. */
function collectionOf(
  bodies: Readonly<Record<string, (context: CollectContext) => Promise<void>>>,
): Collection {
  const counters = new Values();
  const runners = Object.entries(bodies).map(([name, collect]) => {
    const module: CollectorModule = {
      name,
      metrics: [value],
      reasons: ['unreachable'],
      create: () => undefined,
    };
    return new CollectorRunner(module, { collect, close: () => Promise.resolve() }, counters, silent);
  });
  return new Collection(runners, counters, new ProcessMetrics(), 5);
}

/** The lines of our own metrics on a page. */
async function linesOf(collection: Collection, patience = 5): Promise<string[]> {
  const page = await collection.collect(patience);
  return page
    .render('text')
    .toString()
    .split('\n')
    .filter(
      (line) =>
        /^(?:value|seen|redline_collector_(?:success|errors))/.test(line) && !/errors_total.* 0$/.test(line),
    );
}

async function succeed(context: CollectContext): Promise<void> {
  context.set(value, { of: 'good' }, 1);
  return Promise.resolve();
}

/** A promise and the way to resolve it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a collection', () => {
  it('loses no series of one collector to the failure of another', async () => {
    const lines = await linesOf(
      collectionOf({
        good: succeed,
        bad: async (context) => {
          context.set(value, { of: 'bad' }, 2);
          return Promise.reject(new CollectorError('unreachable', 'nobody there'));
        },
        broken: () => {
          throw new TypeError('a mistake');
        },
      }),
    );
    expect(lines).toContain('value{of="good"} 1');
    expect(lines).toContain('value{of="bad"} 2');
    expect(lines).toContain('redline_collector_success{collector="good"} 1');
    expect(lines).toContain('redline_collector_success{collector="bad"} 0');
    expect(lines).toContain('redline_collector_success{collector="broken"} 0');
    expect(lines).toContain('redline_collector_errors_total{collector="bad",reason="unreachable"} 1');
    expect(lines).toContain('redline_collector_errors_total{collector="broken",reason="internal"} 1');
  });

  it('answers at the deadline, starts no hanging collector again, and shows nothing of its late result', async () => {
    const { opened, open } = gate();
    let runs = 0;
    const collection = collectionOf({
      good: succeed,
      hanging: async (context) => {
        runs += 1;
        context.set(value, { of: 'early' }, 1);
        await opened;
        context.set(value, { of: 'late' }, 1);
        context.increment(seen, {});
      },
    });
    const first = await linesOf(collection, 0.05);
    expect(first).toContain('value{of="good"} 1');
    expect(first).toContain('value{of="early"} 1');
    expect(first).toContain('redline_collector_errors_total{collector="hanging",reason="timeout"} 1');

    const second = await linesOf(collection, 0.05);
    expect(runs).toBe(1);
    expect(second).toContain('redline_collector_errors_total{collector="hanging",reason="still_running"} 1');
    expect(second.filter((line) => line.startsWith('value'))).toEqual(['value{of="good"} 1']);

    open();
    await delay(0);
    const third = await linesOf(collection);
    expect(runs).toBe(2);
    expect(third).toContain('redline_collector_success{collector="hanging"} 1');
    expect(third).toContain('seen_total 2');
  });

  it('is shared by all who ask at once, and ended by whoever has the least time', async () => {
    const { opened, open } = gate();
    let runs = 0;
    const collection = collectionOf({
      slow: async (context) => {
        runs += 1;
        await opened;
        context.set(value, { of: 'slow' }, runs);
      },
    });
    const patient = collection.collect(5);
    const impatient = await collection.collect(0.05);
    expect(await patient).toBe(impatient);
    expect(impatient.render('text').toString()).toContain('redline_collector_success{collector="slow"} 0');
    expect(runs).toBe(1);
    open();
  });

  it('lets series go that are not set again', async () => {
    let labels = ['a', 'b'];
    const collection = collectionOf({
      changing: async (context) => {
        for (const of of labels) context.set(value, { of }, 1);
        return Promise.resolve();
      },
    });
    expect(await linesOf(collection)).toContain('value{of="b"} 1');
    labels = ['a'];
    const lines = await linesOf(collection);
    expect(lines).toContain('value{of="a"} 1');
    expect(lines).not.toContain('value{of="b"} 1');
  });

  it('exports neither NaN nor infinity, and counts no step that is none', async () => {
    const lines = await linesOf(
      collectionOf({
        odd: async (context) => {
          for (const number of [Number.NaN, Infinity, -Infinity]) context.set(value, { of: 'odd' }, number);
          context.set(value, { of: 'unknown' }, undefined);
          context.increment(seen, {}, 2);
          for (const number of [Number.NaN, Infinity, -1]) context.increment(seen, {}, number);
          return Promise.resolve();
        },
      }),
    );
    expect(lines.filter((line) => line.startsWith('value'))).toEqual([]);
    expect(lines).toContain('seen_total 2');
    expect(lines).toContain('redline_collector_errors_total{collector="odd",reason="invalid_value"} 6');
  });

  it('reports what one collector read and did', async () => {
    const collection = collectionOf({
      told: async (context) => {
        context.trace('read', () => ({ raw: 'x'.repeat(100_000) }));
        context.set(value, { of: 'told' }, 3);
        return Promise.resolve();
      },
    });
    const report = await collection.report('told');
    expect(report?.result['value{of="told"}']).toBe(3);
    expect(report?.steps.map(({ step }) => step)).toEqual(['read']);
    expect(JSON.stringify(report).length).toBeLessThan(30_000);
    expect(await collection.report('unknown')).toBeUndefined();
  });
});
