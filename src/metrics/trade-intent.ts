import { observationPath, type Observation } from '../deployments/observation-file.js';
import type { EventRing } from '../readings/event-ring.js';
import { errorMessage } from '../platform/errors.js';
import { actions } from '../readings/trade-intent.js';
import { canaryWindow, windowSince, type WindowStart } from '../readings/windows.js';
import { WindowFollower, type WindowReading } from '../readings/window.js';
import { ObservationSource } from '../sources/observation.js';
import { rereadReasons, StreamFollower } from '../sources/stream-follower.js';
import { StreamReader } from '../sources/stream.js';
import { CollectorError, type CollectContext, type CollectorModule, type EngineState } from './collector.js';
import { IntentKeeper, keptEvents } from './intent-keeper.js';
import { inputTimestamp } from './shared-metrics.js';
import * as metrics from './trade-intent-metrics.js';

/** Entries to look at, of whatever kind, to find the events to keep. */
const scannedEntries = 50_000;

/** What can be wrong with an event or with what one model says in it: results and reasons of errors alike. */
const flaws = [
  'malformed_json',
  'missing_field',
  'oversized',
  'future_timestamp',
  'unknown_action',
  'unknown_model',
  'invalid_confidence',
] as const;

const results = ['judged', 'other_event_type', ...flaws] as const;

type WindowName = 'gate' | 'canary';

/** The windows of the trade.intent stream: what each model says, and how far the models agree. */
export const tradeIntentCollector: CollectorModule = {
  name: 'trade_intent',
  metrics: [...metrics.tradeIntentMetrics, inputTimestamp],
  reasons: ['unreachable', 'refused', 'wrong_type', 'unreadable', ...flaws],
  create({ config, redis, engine }) {
    const keeper = new IntentKeeper();
    const reader = new StreamReader(redis, config.redis.streams.trade_intent);
    const follower = new StreamFollower(reader, keeper, { events: keptEvents, entries: scannedEntries });
    const observation = new ObservationSource(observationPath(config.state.directory));
    const windows: Record<WindowName, WindowFollower> = {
      gate: new WindowFollower(),
      canary: new WindowFollower(),
    };
    return {
      async collect(context) {
        keeper.attend(context);
        for (const result of results) context.increment(metrics.events, { result }, 0);
        for (const reason of rereadReasons) context.increment(metrics.rereads, { reason }, 0);
        const [length, observed] = await Promise.all([
          follower.follow(context.signal),
          readObserved(observation, context),
        ]);
        context.set(metrics.streamLength, { stream: 'trade.intent' }, length);
        context.trace('stream', () => describeRing(keeper.ring, length));
        setInputTimestamp(context, keeper.ring);
        // Without it no window is known, and a guess would be judged; the stream itself is known all the same.
        if (observed instanceof CollectorError) throw observed;
        setWindows(context, keeper.ring, observed, engine, windows);
      },
      async close() {
        // The connection is not this collector's alone.
      },
    };
  },
};

/** @returns what is observed, or why that cannot be known */
async function readObserved(
  source: ObservationSource,
  context: CollectContext,
): Promise<Observation | CollectorError> {
  try {
    const observation = await source.read();
    context.trace('observation', () => observation);
    return observation;
  } catch (error) {
    return new CollectorError('unreadable', errorMessage(error));
  }
}

function setInputTimestamp(context: CollectContext, ring: EventRing): void {
  if (ring.end === ring.first) return;
  context.set(inputTimestamp, { input: 'trade_intent' }, ring.at(ring.end - 1).ms / 1000);
}

function setWindows(
  context: CollectContext,
  ring: EventRing,
  observed: Observation,
  engine: EngineState,
  windows: Readonly<Record<WindowName, WindowFollower>>,
): void {
  const cutover = observed.gate_cutover ?? engine.activeEnter;
  context.set(metrics.gateCutover, {}, cutover);
  context.set(metrics.gateCutoverRegistered, {}, Number(observed.gate_cutover !== null));
  if (cutover !== undefined) setWindow(context, 'gate', windows.gate, ring, windowSince(ring, cutover));
  const { canary } = observed;
  if (canary === null) return;
  const start = canaryWindow(ring, canary.cutover, canary.activated_at);
  setWindow(context, 'canary', windows.canary, ring, start);
  const reading = windows.canary.read(ring, start.from).models.get(canary.model);
  const labels = { model: canary.model, window: 'canary' };
  context.set(metrics.predictions, labels, reading?.predictions ?? 0);
  context.set(metrics.invalidConfidences, labels, reading?.invalidConfidences ?? 0);
}

function setWindow(
  context: CollectContext,
  window: WindowName,
  follower: WindowFollower,
  ring: EventRing,
  { since, from }: WindowStart,
): void {
  const reading = follower.read(ring, from);
  context.trace(`window ${window}`, () => ({ since, reading }));
  context.set(metrics.windowStart, { window }, since);
  context.set(metrics.windowEvents, { window }, reading.events);
  context.set(metrics.agreement, { window }, reading.agreement);
  context.set(metrics.hardDisagreement, { window }, reading.hardDisagreement);
  setModels(context, window, reading);
}

function setModels(context: CollectContext, window: WindowName, { models }: WindowReading): void {
  for (const [model, reading] of models) {
    const labels = { model, window };
    context.set(metrics.predictions, labels, reading.predictions);
    context.set(metrics.invalidConfidences, labels, reading.invalidConfidences);
    for (const action of actions) {
      context.set(metrics.actionRatio, { model, window, action }, reading.actionRatio?.[action]);
    }
    const { confidence } = reading;
    if (confidence === undefined) continue;
    context.set(metrics.confidences.mean, labels, confidence.mean);
    context.set(metrics.confidences.stddev, labels, confidence.stddev);
    context.set(metrics.confidences.p10, labels, confidence.p10);
    context.set(metrics.confidences.p90, labels, confidence.p90);
    context.set(metrics.confidences.min, labels, confidence.min);
    context.set(metrics.confidences.max, labels, confidence.max);
  }
}

/** The ring for /debug: how much there is, and its newest events. */
function describeRing(ring: EventRing, length: number): unknown {
  const newest = [];
  for (let position = Math.max(ring.first, ring.end - 5); position < ring.end; position += 1) {
    newest.push(ring.at(position));
  }
  return { length, kept: ring.end - ring.first, newest };
}
