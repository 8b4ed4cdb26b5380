import { planPrograms } from '../deployments/plan-program.js';
import { exporterMetric } from '../names.js';
import { missingScript, ScriptSource, type ScriptState } from '../sources/script.js';
import { collectEach } from './collect-each.js';
import type { CollectContext, CollectorModule } from './collector.js';
import { gauge } from './metric.js';

const labels = ['plan'] as const;
const source = "the programs of the plan's methods";

const readable = gauge({
  name: exporterMetric.rollbackScriptReadable,
  help: 'Whether the rollback scripts of all methods are there and readable for the exporter; 0 also where one cannot be looked at.',
  unit: 'boolean',
  source,
  labels,
});

const executable = gauge({
  name: exporterMetric.rollbackScriptExecutable,
  help: 'Whether the rollback scripts of all methods have their run bit; 0 also where one cannot be looked at.',
  unit: 'boolean',
  source,
  labels,
});

const valid = gauge({
  name: exporterMetric.rollbackScriptValid,
  help: 'Whether bash -n finds nothing wrong with the rollback scripts of all methods; 0 where one is missing, unreadable or cannot be looked at, 1 for readable programs that are no shell scripts, absent until known.',
  unit: 'boolean',
  source: `bash -n of ${source}`,
  labels,
});

/** Whether the rollback scripts are in order, before they are needed. */
export const rollbackScriptsCollector: CollectorModule = {
  name: 'rollback_scripts',
  metrics: [readable, executable, valid],
  reasons: ['unreadable'],
  create({ config }) {
    const plans = Object.entries(config.rollbacks).map(([plan, definition]) => ({
      plan,
      scripts: planPrograms(config, definition).map((path) => ({ path, script: new ScriptSource(path) })),
    }));
    return {
      async collect(context) {
        await collectEach(
          context,
          plans.map(({ plan, scripts }) => async () => {
            const states = await Promise.allSettled(
              scripts.map(async ({ path, script }) => {
                const state = await script.check();
                context.trace(path, () => state);
                return state;
              }),
            );
            // What cannot be looked at cannot be run either.
            setState(
              context,
              plan,
              states.map((state) => (state.status === 'fulfilled' ? state.value : missingScript)),
            );
            const failure = states.find((state) => state.status === 'rejected');
            if (failure !== undefined) throw failure.reason;
          }),
        );
      },
      async close() {
        // A check under way ends by itself.
      },
    };
  },
};

/** A plan is as good as the worst of its methods. */
function setState(context: CollectContext, plan: string, states: readonly ScriptState[]): void {
  context.set(readable, { plan }, Number(states.every((state) => state.readable)));
  context.set(executable, { plan }, Number(states.every((state) => state.executable)));
  const isKnown = states.every((state) => state.valid !== undefined);
  const isWrong = states.some((state) => state.valid === false);
  context.set(valid, { plan }, isKnown || isWrong ? Number(!isWrong) : undefined);
}
