import type { Fact } from '../../src/rollback/records.js';
import { applyRecord, emptyState, type LedgerState } from '../../src/rollback/state.js';

/** What facts amount to; each at its own time, else at 1000. Unix seconds. */
export function stateOf(facts: readonly (Fact & { readonly time?: number })[]): LedgerState {
  const state = emptyState();
  for (const [index, fact] of facts.entries())
    applyRecord(state, { time: 1000, fence: 0, ...fact, seq: index + 1, prev: '', hash: '' });
  return state;
}
