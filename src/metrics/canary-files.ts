import type { Config } from '../config/schema.js';
import { overrideInstalledPath, withSuffix } from '../deployments/engine-unit.js';
import { exporterMetric } from '../names.js';
import { round9 } from '../readings/round.js';
import { parseWeights } from '../readings/weights.js';
import { lookAt, TextFile } from '../sources/text-file.js';
import { collectEach } from './collect-each.js';
import type { CollectContext, CollectorModule, EngineState } from './collector.js';
import { gauge } from './metric.js';
import { exists, modified, valid } from './shared-metrics.js';
import { collectTextFile } from './text-files.js';

const weight = gauge({
  name: exporterMetric.modelWeight,
  help: 'Weight of the model, 0-1; absent where the file is missing or not valid.',
  unit: 'ratio',
  source: 'files.baseline_weights, files.canary_weights',
  labels: ['model', 'file'],
});

const weightsSum = gauge({
  name: exporterMetric.weightsSum,
  help: 'Sum of the weights in the file; absent where it is missing or not valid.',
  unit: 'ratio',
  source: 'files.baseline_weights, files.canary_weights',
  labels: ['file'],
});

/** A file of weights, under both of its labels. */
interface WeightsFile {
  readonly file: string;
  readonly label: string;
  readonly content: TextFile;
}

/** The files that a canary consists of: weights before and during it, and the override that makes the engine use them. */
export const canaryFilesCollector: CollectorModule = {
  name: 'canary_files',
  metrics: [exists, valid, modified, weightsSum, weight],
  reasons: ['unreadable'],
  create({ config, engine }) {
    const { files } = config;
    const weightsFiles: readonly WeightsFile[] = [
      { file: 'baseline_weights', label: 'baseline', content: new TextFile(files.baseline_weights) },
      { file: 'canary_weights', label: 'canary', content: new TextFile(files.canary_weights) },
    ];
    return {
      async collect(context) {
        await collectEach(context, [
          ...weightsFiles.map((file) => () => collectWeights(context, file)),
          () => collectFile(context, 'override_generated', [files.override_generated]),
          () => collectFile(context, 'override_installed', installedPaths(config, engine)),
        ]);
      },
      async close() {
        // Nothing is kept open.
      },
    };
  },
};

async function collectWeights(context: CollectContext, { file, label, content }: WeightsFile): Promise<void> {
  const weights = await collectTextFile(context, file, content, parseWeights);
  context.trace(`weights of ${file}`, () => weights);
  if (weights === undefined) return;
  let sum = 0;
  for (const [model, value] of weights) {
    sum += value;
    context.set(weight, { model, file: label }, value);
  }
  context.set(weightsSum, { file: label }, round9(sum));
}

/** A file that may be in several places: there where it is in one of them. */
async function collectFile(context: CollectContext, file: string, paths: readonly string[]): Promise<void> {
  const found = await Promise.all(paths.map(lookAt));
  const times = found.flatMap((stats) => (stats === undefined ? [] : [stats.mtimeMs / 1000]));
  context.trace(file, () => ({ paths, modified: times }));
  context.set(exists, { file }, times.length > 0 ? 1 : 0);
  if (times.length > 0) context.set(modified, { file }, Math.max(...times));
}

/** For the engine's unit; while systemd does not tell which spelling that is, for each of them. */
function installedPaths({ files, systemd }: Config, { unit }: EngineState): readonly string[] {
  const units = unit === undefined ? systemd.engine_units : [unit];
  return [...new Set(units.map(withSuffix).map((name) => overrideInstalledPath(files, name)))];
}
