import type { FiredAlert } from './fired-alerts.js';

/** Alerts of the playbook that say of a symbol that its model no longer does well. */
const retrainingAlerts: readonly string[] = [
  'WinRateLow',
  'WinRateBelowTarget',
  'ConfidenceLow',
  'ConfidenceBelowTarget',
  'ConfidenceNeverTrades',
];

/** A symbol whose model may want retraining, and the alerts that say so. */
export interface RetrainingCandidate {
  readonly symbol: string;
  /** sorted; each once */
  readonly alerts: readonly string[];
  /** one of them still fires */
  readonly isFiring: boolean;
}

/** The symbols of which such an alert fired in the period; those of which one still does come first. */
export function retrainingCandidates(episodes: readonly FiredAlert[]): RetrainingCandidate[] {
  const bySymbol = new Map<string, FiredAlert[]>();
  for (const episode of episodes) {
    const { symbol } = episode.labels;
    if (symbol === undefined || !retrainingAlerts.includes(episode.alertname)) continue;
    bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), episode]);
  }
  return [...bySymbol]
    .map(([symbol, own]) => ({
      symbol,
      alerts: [...new Set(own.map(({ alertname }) => alertname))].sort(),
      isFiring: own.some(({ isFiring }) => isFiring),
    }))
    .sort((a, b) => Number(b.isFiring) - Number(a.isFiring) || a.symbol.localeCompare(b.symbol));
}
