import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { unixNow } from '../../../src/platform/clock.js';
import { poll } from '../../../src/platform/poll.js';
import type { ProductionFault } from '../../../src/simulator/faults/fault-names.js';
import { productionFaultFacts } from '../../../src/simulator/faults/production-faults.js';
import { firedOfPlaybook, raisedOfPlaybook, type RaisedAlert } from '../../support/playbook-alerts.js';
import { ProductionDemo } from '../../support/production-demo.js';

vi.setConfig({ testTimeout: 120_000 });

/** Implied ones that are met only once the fault has gone on for hours, and one of a runbook that is not watched here. */
const later = ['RetrainingOffBaseline', 'ModeTransitionsOffBaseline', 'ConfidenceCalibrationOff'];
/** How long a look at the database, a scrape and an evaluation may take together, seconds. */
const within = 30;
/** An alert that must hold for longer than this is not waited for, seconds. */
const patience = 10;

/** What a person has to look at: one fault of the trade tables after the other, and production runs on. */
let system: ProductionDemo;

beforeAll(async () => {
  system = await ProductionDemo.launch();
}, 120_000);

afterAll(async () => {
  await system.stop();
});

describe('a fault of what runs in production', () => {
  it.each<ProductionFault>([
    'losing-streak',
    'red-days',
    'big-loss',
    'low-confidence',
    'volatile-confidence',
    'stuck-learning',
    'mode-flapping',
    'retrain-storm',
    'retrain-failures',
    'retrain-silence',
    'candles-stall',
    'error-burst',
    'locked-database',
    'stale-backup',
    'news-zero',
  ])('%s raises what it announces and nothing else, and is silent once it is healed', async (fault) => {
    const { alert, implied } = productionFaultFacts[fault];
    const announced = [alert, ...implied].filter((name) => !later.includes(name)).sort();
    const injectedAt = unixNow();
    await system.run('inject', fault);

    let raised: RaisedAlert[] = [];
    const complete = await poll(async () => {
      raised = await raisedOfPlaybook(system.prometheus);
      return announced.every((name) => raised.some((each) => each.name === name && isSeen(each)))
        ? true
        : undefined;
    }, within);
    expect(complete, `of ${announced.join()} within ${within} s: ${JSON.stringify(raised)}`).toBe(true);
    expect(raised.filter(({ name }) => name !== alert && !implied.includes(name))).toEqual([]);

    await system.heal();
    const fired = await firedOfPlaybook(system.prometheus, injectedAt);
    expect(fired.filter((name) => name !== alert && !implied.includes(name))).toEqual([]);
  });

  it('has stopped nothing', async () => {
    expect(await system.rollbacks()).toEqual([]);
    expect(await system.newestDeployment()).toMatchObject({ kind: 'production', outcome: null });
  });
});

function isSeen({ state, holds }: RaisedAlert): boolean {
  return state === 'firing' || holds > patience;
}
