import { observationPath } from '../deployments/observation-file.js';
import { errorMessage } from '../platform/errors.js';
import { parseDecision, readDecisions, type Decision, type ParsedDecision } from '../readings/decisions.js';
import { pastTime } from '../readings/fields.js';
import type { Flaws } from '../readings/flaws.js';
import { ParsedEntries } from '../readings/parsed-entries.js';
import { actions } from '../readings/trade-intent.js';
import { list, text } from '../sources/key-shapes.js';
import { ObservationSource } from '../sources/observation.js';
import { RedisKey } from '../sources/redis-key.js';
import type { CollectContext, CollectorModule } from './collector.js';
import * as metrics from './decision-metrics.js';
import { collectKeys, keyPart, keyReasons } from './redis-keys.js';
import { inputTimestamp, redisKeyExists } from './shared-metrics.js';

/** Decisions of the history that are judged. */
const judgedDecisions = 100;

/** What the engine decides: the latest decision, the last 100, and of these the ones since a calibration began. */
export const decisionsCollector: CollectorModule = {
  name: 'decisions',
  metrics: [...metrics.decisionMetrics, redisKeyExists, inputTimestamp],
  reasons: keyReasons,
  create({ config, redis }) {
    const { decision_latest: latestKey, decisions_history: historyKey } = config.redis.keys;
    const observation = new ObservationSource(observationPath(config.state.directory));
    const parsed = new ParsedEntries(parseDecision);
    let calibratedSince: number | undefined;
    let newest: number | undefined;

    const takeTimes = (decisions: readonly Decision[], now: number, flaws: Flaws): void => {
      for (const { timestamp } of decisions) {
        const time = pastTime(timestamp, now, flaws);
        if (time !== undefined) newest = Math.max(newest ?? 0, time);
      }
    };

    const latest = keyPart('decision_latest', new RedisKey(latestKey, text), (value, context, flaws) => {
      const [decision] = usable([parseDecision(value.text)], flaws);
      if (decision === undefined) return false;
      context.set(metrics.latestConfidence, {}, decision.confidence);
      context.set(metrics.latestAction, { action: decision.action }, 1);
      takeTimes([decision], context.now, flaws);
      return true;
    });

    const history = keyPart(
      'decisions_history',
      new RedisKey(historyKey, list(judgedDecisions)),
      (value, context, flaws) => {
        const decisions = usable(parsed.read(value.entries), flaws);
        setWindow(context, 'last_100', decisions);
        takeTimes(decisions, context.now, flaws);
        const since = calibratedSince;
        if (since !== undefined) {
          const isSince = ({ timestamp = 0 }: Decision): boolean => timestamp > since;
          setWindow(context, 'since_start', decisions.filter(isSince));
        }
        return decisions.length > 0;
      },
      { type: 'list', length: 0, entries: [] },
    );

    return {
      async collect(context) {
        calibratedSince = await readStart(observation, context);
        newest = undefined;
        await collectKeys(context, redis, [latest, history]);
        context.set(inputTimestamp, { input: 'decisions' }, newest);
      },
      async close() {
        // The connection is not this collector's alone.
      },
    };
  },
};

/** @returns when the calibration under observation began, Unix seconds; undefined where there is none or none is known */
async function readStart(source: ObservationSource, context: CollectContext): Promise<number | undefined> {
  try {
    const { calibration } = await source.read();
    context.trace('observation', () => calibration);
    return calibration?.since;
  } catch (error) {
    context.error('unreadable', errorMessage(error));
    return undefined;
  }
}

function usable(parsed: readonly ParsedDecision[], flaws: Flaws): readonly Decision[] {
  parsed.forEach((entry, index) => {
    for (const reason of entry.flaws) flaws.note(reason, `decision ${index + 1} of the newest`);
  });
  return parsed.map(({ decision }) => decision).filter((decision) => decision !== undefined);
}

function setWindow(context: CollectContext, window: string, judged: readonly Decision[]): void {
  const { decisions, statistics, counts } = readDecisions(judged);
  context.set(metrics.decisions, { window }, decisions);
  for (const { confidence, atMost, below } of counts) {
    context.set(metrics.confidenceAtMost, { window, confidence }, atMost);
    context.set(metrics.confidenceBelow, { window, confidence }, below);
  }
  if (statistics === undefined) return;
  for (const action of actions) {
    context.set(metrics.actionRatio, { window, action }, statistics.actionRatio[action]);
  }
  context.set(metrics.confidenceMean, { window }, statistics.mean);
  context.set(metrics.confidenceMin, { window }, statistics.min);
  context.set(metrics.confidenceMax, { window }, statistics.max);
}
