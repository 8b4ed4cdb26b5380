import type { Config } from '../config/schema.js';
import { factorOf } from '../readings/daily-result.js';
import type { Fields } from '../readings/fields.js';
import { Flaws } from '../readings/flaws.js';
import { parseGoLiveConfig, readGoLiveConfig } from '../readings/go-live-config.js';
import { readActivation } from '../readings/go-live-marker.js';
import { TextFile } from '../sources/text-file.js';
import { collectEach } from './collect-each.js';
import type { CollectContext, CollectorModule } from './collector.js';
import {
  activated,
  activationEnabled,
  dailyResultFactor,
  goLiveMetrics,
  lastRollback,
  marginLimit,
} from './go-live-metrics.js';
import { exists, inputTimestamp, modified, valid } from './shared-metrics.js';
import { collectTextFile } from './text-files.js';

/** What a go-live is judged by that stands in files: the marker of real trading, the trading system's configuration, Redline's own. */
export const goLiveCollector: CollectorModule = {
  name: 'go_live',
  metrics: [...goLiveMetrics, exists, valid, modified, inputTimestamp],
  reasons: ['unreadable', 'invalid_value', 'future_timestamp', 'oversized'],
  create({ config }) {
    const { files } = config;
    const marker = new TextFile(files.go_live_marker);
    const configuration = new GoLiveConfiguration(files.go_live_config);
    return {
      async collect(context) {
        exportSettings(context, config);
        await collectEach(context, [
          () => collectMarker(context, marker),
          () => configuration.collect(context),
        ]);
      },
      async close() {
        // Nothing is kept open.
      },
    };
  },
};

function exportSettings(context: CollectContext, { deployments, http }: Config): void {
  context.set(marginLimit, {}, deployments.go_live.margin_limit);
  const { unit, positive } = http.backend.daily_result;
  if (unit !== undefined) context.set(dailyResultFactor, { unit }, factorOf(unit, positive));
}

/** That it is there is what counts; what it says is for people. */
async function collectMarker(context: CollectContext, marker: TextFile): Promise<void> {
  const file = 'go_live_marker';
  const state = await marker.read();
  context.trace(file, () => state);
  context.set(exists, { file }, state === undefined ? 0 : 1);
  context.set(modified, { file }, state?.modified);
  context.set(inputTimestamp, { input: file }, context.now);
  if (state === undefined) return;
  if (state.text === undefined) {
    context.error('unreadable', `${file}: ${state.problem ?? 'no small regular file'}`);
    return;
  }
  const flaws = new Flaws();
  context.set(activated, {}, readActivation(state.text, context.now, flaws));
  noteFlaws(context, file, flaws);
}

/** The trading system's config/go_live.yaml. */
class GoLiveConfiguration {
  readonly #file: TextFile;
  #parsed: { readonly text: string; readonly fields: Fields | undefined; readonly flaws: Flaws } | undefined;

  constructor(path: string) {
    this.#file = new TextFile(path);
  }

  async collect(context: CollectContext): Promise<void> {
    const file = 'go_live_config';
    const fields = await collectTextFile(context, file, this.#file, (text) => this.#parse(context, text));
    if (fields === undefined) return;
    const flaws = new Flaws();
    const reading = readGoLiveConfig(fields, context.now, flaws);
    const { activationEnabled: enabled } = reading;
    context.set(activationEnabled, {}, enabled === undefined ? undefined : Number(enabled));
    context.set(lastRollback, {}, reading.lastRollback);
    noteFlaws(context, file, flaws);
  }

  /** YAML takes milliseconds to read: once for each text. */
  #parse(context: CollectContext, text: string): Fields | undefined {
    if (this.#parsed?.text !== text) {
      const flaws = new Flaws();
      this.#parsed = { text, fields: parseGoLiveConfig(text, flaws), flaws };
    }
    noteFlaws(context, 'go_live_config', this.#parsed.flaws);
    return this.#parsed.fields;
  }
}

function noteFlaws(context: CollectContext, file: string, flaws: Flaws): void {
  for (const { reason, detail } of flaws) context.error(reason, `${file}: ${detail}`);
}
