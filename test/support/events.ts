import type { Vote, Votes } from './canary-stack.js';

/** Two models each event: one says BUY or SELL, the other HOLD, in turns; so nobody contradicts and nobody dominates. */
const turns = [
  ['BUY', 'HOLD'],
  ['HOLD', 'SELL'],
  ['SELL', 'HOLD'],
  ['HOLD', 'BUY'],
] as const;

/** Confidences with a deviation of 0.1 and 0.2 between the 10th and the 90th percentile. */
const healthyConfidence = (index: number): number => (index % 2 === 0 ? 0.5 : 0.7);

/** Makes the events of a model that is well into others. */
export type Change = (index: number, vote: Vote) => Partial<Vote>;

/**
 * Events of patchtst and xgb in which both are well: no action above 50%, deviation 0.1, agreement of 0.65, no
 * contradiction.
 * @param change what patchtst says instead
 */
export function healthyEvents(count: number, change: Change = () => ({})): Votes[] {
  return Array.from({ length: count }, (_, index) => {
    const [first, second] = turns[index % turns.length] ?? turns[0];
    const agree = index % 10 < 3;
    const patchtst = { action: first, confidence: healthyConfidence(index >> 1) };
    const xgb = { action: agree ? first : second, confidence: healthyConfidence(index >> 1) };
    return { patchtst: { ...patchtst, ...change(index, patchtst) }, xgb };
  });
}

/** Events in which both models say the same in the first `agreeing`, and one of them HOLD in the others. */
export function eventsThatAgree(count: number, agreeing: number): Votes[] {
  return healthyEvents(count).map(({ patchtst, xgb }, index): Votes => {
    if (patchtst === undefined || xgb === undefined) throw new Error('both models vote in every event');
    const [first, second] = turns[index % turns.length] ?? turns[0];
    return {
      patchtst: { ...patchtst, action: first },
      xgb: { ...xgb, action: index < agreeing ? first : second },
    };
  });
}

/** Events in which both models agree but for the first `contradicting`, where one buys what the other sells. */
export function eventsThatContradict(count: number, contradicting: number): Votes[] {
  return eventsThatAgree(count, 0).map((votes, index): Votes => {
    const { patchtst, xgb } = votes;
    if (patchtst === undefined || xgb === undefined) throw new Error('both models vote in every event');
    if (index < contradicting)
      return { patchtst: { ...patchtst, action: 'BUY' }, xgb: { ...xgb, action: 'SELL' } };
    return index % 8 < 4 ? votes : { patchtst, xgb: { ...xgb, action: patchtst.action } };
  });
}
