import type { PatternCount } from '../readings/pattern-tally.js';
import type { CollectContext } from './collector.js';
import type { Labels, Metric } from './metric.js';

/** A line stamped further ahead than this says nothing of when it was logged, seconds. */
const tolerance = 60;

/** The metrics that say how many lines match the patterns. */
export interface PatternMetrics<Label extends string> {
  readonly lines: Metric<Label>;
  readonly lastMatch: Metric<Label>;
  readonly matches: Metric<Label | 'window'>;
}

/** Labels of the series of one pattern, and the same with the window. */
export interface PatternLabels<Label extends string> {
  readonly plain: Labels<Label>;
  readonly withWindow: Labels<Label | 'window'>;
}

/** @param origin whose lines they are, for people */
export function setPatternCount<Label extends string>(
  context: CollectContext,
  { lines, lastMatch, matches }: PatternMetrics<Label>,
  { plain, withWindow }: PatternLabels<Label>,
  count: PatternCount,
  origin: string,
): void {
  context.set(lines, plain, count.lines);
  context.set(matches, withWindow, count.recent);
  const isFuture = count.lastMatch !== undefined && count.lastMatch > context.now + tolerance;
  if (isFuture) context.error('future_timestamp', `the newest line of ${origin}`);
  else context.set(lastMatch, plain, count.lastMatch);
}
