/** A change that no test need notice. */
export interface JustifiedMutant {
  /** the rules that it concerns, as mutants name them */
  readonly rule: RegExp;
  readonly change: RegExp;
  readonly reason: string;
}

/** Numbers whose exact value cannot matter. They are not tried; an entry that fits no mutant is an error. */
export const justified: readonly JustifiedMutant[] = [
  {
    rule: /./,
    change: /^30s -> /,
    reason:
      'A reading is bridged over a lost scrape. Tests show that one lost scrape is bridged and a dead source is not; three seconds more or less are neither.',
  },
  {
    rule: /^(QscTelemetryStalled|redline:condition\{QscTelemetryStalled\}|DeploymentInputMissing)$/,
    change: /^(11m -> 726000ms|10m30s -> 693000ms)/,
    reason:
      'Reaching further back than 10 minutes changes nothing: past them the other arm says the same. Reaching back less is noticed.',
  },
  {
    rule: /^(QscTelemetryStalled|DeploymentInputMissing|DecisionsStalled)$/,
    change: /^1m -> .* in: .*\[1m\] offset/,
    reason:
      'Wide enough for one scrape at any interval; which moment is looked at is the offset, and that is tested.',
  },
  {
    rule: /^(QscTelemetryStalled|DeploymentInputMissing|DecisionsStalled)$/,
    change:
      /^(11m -> 594000ms in: .*\[11m\]\)(?: \))?|10m30s -> 567000ms in: .*\(input\) last_over_time\(.*\[10m30s\]\)|6m -> 324000ms in: .*\[6m\]\))$/,
    reason:
      'The second arm may begin before the first ends: they carry the same labels, and the first is taken.',
  },
  {
    rule: /^redline:observation_seconds$/,
    change: /^<= -> < in: .* <= time\(\)/,
    reason: 'At the very end both sides of the choice are the same number.',
  },
  {
    rule: /^redline:(observation_(step_seconds|input)|telemetry_present_seconds|last_alert_timestamp_seconds\{.*\}|go_live_counter_reset)$/,
    change: /^4h -> /,
    reason:
      'How long an outage of Prometheus may last for what it remembers to be carried on. One of 3.6 h is 5% of the longest observation, which then does not count as completed; the watch after a rollback lasts 30 minutes.',
  },
  {
    rule: /^redline:last_alert_timestamp_seconds\{rollback_qsc\}$/,
    change: /^1m -> .* in: .*ALERTS/,
    reason: 'Only has to reach back over the last evaluation of the alerts, which stand in another group.',
  },
  {
    rule: /^QscMonitoringCompleted$/,
    change: /^1e-6 -> 0\.00001 /,
    reason:
      'Takes away what floating point adds to a share of whole evaluations, which is never that near to the limit without being on it.',
  },
  {
    rule: /^QscQualityGateFailed$/,
    change: /^0 -> -1 /,
    reason: 'Stands for an unknown number of invalid confidences: whatever is not above 0 says the same.',
  },
  {
    rule: /^GoLiveCriticalError$/,
    change: /^0 -> -1 in: .*\* 0/,
    reason: 'Stands for a unit that failed: whatever is not above 0 says the same.',
  },
  {
    rule: /^quantum:open_positions:count$/,
    change: /^(> -> >=|0 -> -1) in: .* > 0\) > 2 or on \(\) \(( m)?$/,
    reason: 'A symbol with no position adds nothing to the others, and positions are whole.',
  },
  { rule: /^Watchdog$/, change: /^1 -> /, reason: 'It fires always; its value says nothing.' },
];
