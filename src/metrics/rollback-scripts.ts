import { planProgram } from '../deployments/plan-program.js';
import { exporterMetric } from '../names.js';
import { missingScript, ScriptSource, type ScriptState } from '../sources/script.js';
import { collectEach } from './collect-each.js';
import type { CollectContext, CollectorModule } from './collector.js';
import { gauge } from './metric.js';

const labels = ['plan'] as const;
const source = "the program of the plan's first method";

const readable = gauge({
  name: exporterMetric.rollbackScriptReadable,
  help: 'Whether the rollback script is there and readable for the exporter; 0 also where it cannot be looked at.',
  unit: 'boolean',
  source,
  labels,
});

const executable = gauge({
  name: exporterMetric.rollbackScriptExecutable,
  help: 'Whether the rollback script has its run bit; 0 also where it cannot be looked at.',
  unit: 'boolean',
  source,
  labels,
});

const valid = gauge({
  name: exporterMetric.rollbackScriptValid,
  help: 'Whether bash -n finds nothing wrong with the rollback script; 0 where it is missing, unreadable or cannot be looked at, 1 for a readable program that is no shell script, absent until known.',
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
    const scripts = Object.entries(config.rollbacks).map(([plan, definition]) => {
      const path = planProgram(config, definition);
      return { plan, path, script: new ScriptSource(path) };
    });
    return {
      async collect(context) {
        await collectEach(
          context,
          scripts.map(({ plan, path, script }) => async () => {
            try {
              const state = await script.check();
              context.trace(path, () => state);
              setState(context, plan, state);
            } catch (error) {
              // What cannot be looked at cannot be run either.
              setState(context, plan, missingScript);
              throw error;
            }
          }),
        );
      },
      async close() {
        // A check under way ends by itself.
      },
    };
  },
};

function setState(context: CollectContext, plan: string, state: ScriptState): void {
  context.set(readable, { plan }, Number(state.readable));
  context.set(executable, { plan }, Number(state.executable));
  context.set(valid, { plan }, state.valid === undefined ? undefined : Number(state.valid));
}
