import { drillFilePath, parseDrillFile } from '../deployments/drill-file.js';
import { exporterMetric } from '../names.js';
import { TextFile } from '../sources/text-file.js';
import { CollectorError, type CollectorModule } from './collector.js';
import { gauge } from './metric.js';

/** A drill is over long before, seconds; a file that a receiver left behind is none. */
const longestShown = 300;

const written = gauge({
  name: exporterMetric.drillWritten,
  help: 'When the receiver wrote down the violation of a drill, Unix seconds; absent where none is under way.',
  unit: 'seconds',
  source: 'drill.json below state.directory',
  labels: ['drill'],
});

/** The violation that a drill makes up. */
export const drillCollector: CollectorModule = {
  name: 'drill',
  metrics: [written],
  reasons: ['unreadable'],
  create({ config }) {
    const path = drillFilePath(config.state.directory);
    const file = new TextFile(path);
    return {
      async collect(context) {
        const state = await file.read();
        context.trace(path, () => state);
        if (state === undefined) return;
        if (state.text === undefined)
          throw new CollectorError('unreadable', state.problem ?? `${path} is no small regular file`);
        const drill = parseDrillFile(state.text);
        if (drill === undefined)
          throw new CollectorError('unreadable', `${path} is not what the receiver writes`);
        if (context.now - drill.written_at < longestShown)
          context.set(written, { drill: drill.id }, drill.written_at);
      },
      async close() {
        // Nothing is kept open.
      },
    };
  },
};
