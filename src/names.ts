/** Names that the programs, the rules and the servers' configuration share. A test checks the rules against them. */

/** Jobs of Prometheus' configuration. */
export const job = {
  exporter: 'redline-exporter',
  receiver: 'redline-receiver',
  prometheus: 'prometheus',
  alertmanager: 'alertmanager',
} as const;

/** The plan of `redline drill`, and the alert that starts it: built in, beside the plans of the configuration. */
export const drillPlan = 'drill';
export const drillAlert = 'RedlineDrill';

/** Metrics that both programs export. */
export const common = {
  buildInfo: 'redline_build_info',
} as const;

/** Metrics of the exporter: `redline_` for its own, `quantum_` for readings of the trading system, `host_` for the machine. */
export const exporterMetric = {
  collectorSuccess: 'redline_collector_success',
  collectorDuration: 'redline_collector_duration_seconds',
  collectorErrors: 'redline_collector_errors_total',
  inputTimestamp: 'redline_input_timestamp_seconds',
  drillWritten: 'redline_drill_written_timestamp_seconds',
  rollbackScriptReadable: 'redline_rollback_script_readable',
  rollbackScriptExecutable: 'redline_rollback_script_executable',
  rollbackScriptValid: 'redline_rollback_script_valid',

  redisUp: 'quantum_redis_up',
  redisPing: 'quantum_redis_ping_seconds',
  streamLength: 'quantum_stream_length',
  tradeIntentEvents: 'quantum_trade_intent_events_total',
  tradeIntentRereads: 'quantum_trade_intent_rereads_total',

  gateCutover: 'quantum_gate_cutover_timestamp_seconds',
  gateCutoverRegistered: 'quantum_gate_cutover_registered',
  windowEvents: 'quantum_window_events',
  windowStart: 'quantum_window_start_timestamp_seconds',
  modelPredictions: 'quantum_model_predictions',
  modelActionRatio: 'quantum_model_action_ratio',
  modelConfidenceMean: 'quantum_model_confidence_mean',
  modelConfidenceStddev: 'quantum_model_confidence_stddev',
  modelConfidenceP10: 'quantum_model_confidence_p10',
  modelConfidenceP90: 'quantum_model_confidence_p90',
  modelConfidenceMin: 'quantum_model_confidence_min',
  modelConfidenceMax: 'quantum_model_confidence_max',
  modelInvalidConfidences: 'quantum_model_invalid_confidences',
  ensembleAgreement: 'quantum_ensemble_agreement_ratio',
  ensembleHardDisagreement: 'quantum_ensemble_hard_disagreement_ratio',

  modelWeight: 'quantum_model_weight',
  weightsSum: 'quantum_weights_sum_ratio',
  fileExists: 'quantum_file_exists',
  fileValid: 'quantum_file_valid',
  fileModified: 'quantum_file_modified_timestamp_seconds',

  unitLoaded: 'quantum_unit_loaded',
  unitActive: 'quantum_unit_active',
  unitState: 'quantum_unit_state_info',
  unitAutomaticRestarts: 'quantum_unit_automatic_restarts',
  unitActiveEnter: 'quantum_unit_active_enter_timestamp_seconds',
  unitExecMainStatus: 'quantum_unit_exec_main_status',

  unitInvocation: 'quantum_unit_invocation_info',
  unitStarts: 'quantum_unit_starts_total',

  redisKeyExists: 'quantum_redis_key_exists',
  equity: 'quantum_equity',
  equityPeak: 'quantum_equity_peak',
  equityDrawdown: 'quantum_equity_drawdown_ratio',
  equitySamples: 'quantum_equity_samples',
  equityStddev: 'quantum_equity_stddev_ratio',
  decisionConfidence: 'quantum_decision_confidence',
  decisionAction: 'quantum_decision_action_info',
  decisions: 'quantum_decisions',
  decisionsActionRatio: 'quantum_decisions_action_ratio',
  decisionsConfidenceMean: 'quantum_decisions_confidence_mean',
  decisionsConfidenceMin: 'quantum_decisions_confidence_min',
  decisionsConfidenceMax: 'quantum_decisions_confidence_max',
  decisionsConfidenceAtMost: 'quantum_decisions_confidence_at_most',
  decisionsConfidenceBelow: 'quantum_decisions_confidence_below',
  calibrationLoaded: 'quantum_calibration_loaded',
  calibrationLoadCount: 'quantum_calibration_load_count',
  calibrationRollback: 'quantum_calibration_rollback_timestamp_seconds',
  metaOverrides: 'quantum_meta_overrides',
  riskGuardsTriggered: 'quantum_risk_guards_triggered',
  closedTrades: 'quantum_closed_trades',
  closedTradesExitRatio: 'quantum_closed_trades_exit_ratio',
  closedTradesWithOutcome: 'quantum_closed_trades_with_outcome',
  closedTradesEntryConfidenceMean: 'quantum_closed_trades_entry_confidence_mean',
  closedTradesWinRatio: 'quantum_closed_trades_win_ratio',
  closedTradesPnlMean: 'quantum_closed_trades_pnl_mean',
  collectionLength: 'quantum_collection_length',
  collectionChanged: 'quantum_collection_changed_timestamp_seconds',
  engineHealthy: 'quantum_engine_healthy',
  engineHealth: 'quantum_engine_health_info',
  recentErrors: 'quantum_recent_errors_total',
  recentErrorTimestamp: 'quantum_recent_error_timestamp_seconds',

  journalLines: 'quantum_journal_lines_total',
  journalLastMatch: 'quantum_journal_last_match_timestamp_seconds',
  journalMatches: 'quantum_journal_matches',

  hostCpuUsage: 'host_cpu_usage_ratio',
  hostMemoryTotal: 'host_memory_total_bytes',
  hostMemoryAvailable: 'host_memory_available_bytes',
  hostLoad: 'host_load_average',
  hostFilesystemSize: 'host_filesystem_size_bytes',
  hostFilesystemAvailable: 'host_filesystem_available_bytes',
  hostFilesystemUsage: 'host_filesystem_usage_ratio',
  hostBoot: 'host_boot_timestamp_seconds',
} as const;

/** Metrics of the receiver. */
export const receiverMetric = {
  deploymentOpen: 'redline_deployment_open',
  deploymentCompleted: 'redline_deployment_completed',
  deploymentStart: 'redline_deployment_start_timestamp_seconds',
  deploymentEnd: 'redline_deployment_end_timestamp_seconds',
  deploymentActivated: 'redline_deployment_activated_timestamp_seconds',
  deploymentSettle: 'redline_deployment_settle_seconds',
  deploymentExpectedInput: 'redline_deployment_expected_input',
  deploymentBaseline: 'redline_deployment_baseline',
  deploymentBaselineCaptured: 'redline_deployment_baseline_captured',
  restart: 'redline_restart_timestamp_seconds',
  rollbackStarted: 'redline_rollback_started_timestamp_seconds',
  rollbackEnded: 'redline_rollback_ended_timestamp_seconds',
  rollbackRunningSince: 'redline_rollback_running_since_timestamp_seconds',
  rollbackTimeLimit: 'redline_rollback_time_limit_seconds',
  rollbackLastSuccess: 'redline_rollback_last_success_timestamp_seconds',
  rollbackLastFailure: 'redline_rollback_last_failure_timestamp_seconds',
  rollbacks: 'redline_rollbacks_total',
  rollbackDuration: 'redline_rollback_duration_seconds',
  decisions: 'redline_decisions_total',
  webhooks: 'redline_webhooks_total',
  webhooksRefused: 'redline_webhooks_refused_total',
  deliveryLag: 'redline_alert_delivery_lag_seconds',
  inboxPending: 'redline_inbox_pending',
  inboxOldest: 'redline_inbox_oldest_timestamp_seconds',
  reconciliationLastSuccess: 'redline_reconciliation_last_success_timestamp_seconds',
  reconciliationErrors: 'redline_reconciliation_errors_total',
  unknownRules: 'redline_reconciliation_unknown_rules',
  mode: 'redline_receiver_mode',
  ledgerRecords: 'redline_ledger_records',
  writeErrors: 'redline_write_errors_total',
  leaseStanding: 'redline_lease_standing',
  leaseFence: 'redline_lease_fence',
  leaseStoreUp: 'redline_lease_store_up',
  leaseTransitions: 'redline_lease_transitions_total',
  drillLeg: 'redline_drill_leg_seconds',
  drillLastRun: 'redline_drill_last_run_timestamp_seconds',
  drillLastSuccess: 'redline_drill_last_success_timestamp_seconds',
  drillLastFailure: 'redline_drill_last_failure_timestamp_seconds',
  drills: 'redline_drills_total',
  killSwitch: 'redline_kill_switch',
  watchdogLastReceived: 'redline_watchdog_last_received_timestamp_seconds',
  alertmanagerUp: 'redline_alertmanager_up',
  rollbackAlertsSilenced: 'redline_rollback_alerts_silenced',
  notificationsSent: 'redline_notifications_sent_total',
  notificationsFailed: 'redline_notifications_failed_total',
} as const;

/** What Redline tells of itself, as alerts of its own that it gives to Alertmanager; no rule makes them. */
export const ownAlert = {
  rollbackStarted: 'RedlineRollbackStarted',
  rollbackSucceeded: 'RedlineRollbackSucceeded',
  rollbackFailed: 'RedlineRollbackFailed',
  rollbackLatched: 'RedlineRollbackLatched',
  rollbackRefused: 'RedlineRollbackRefused',
  watchdogMissing: 'RedlineWatchdogMissing',
} as const;

/** Recording rules that programs ask Prometheus for. */
export const recordedMetric = {
  observed: 'redline:observed',
  expectedInput: 'redline:expected_input',
  modelGateViolation: 'quantum:model_gate:violation',
  modelGateStatus: 'quantum:model_gate:status',
  gatePass: 'quantum:model_gate:pass',
  collectionComplete: 'quantum:model_gate:collection_complete',
  gateEvaluation: 'quantum:model_gate:cutover_timestamp_seconds',
  gateScrape: 'quantum:model_gate:scrape_timestamp_seconds',
  ensembleGateViolation: 'quantum:ensemble_gate:violation',
  ensembleGateWait: 'quantum:ensemble_gate:wait',
  condition: 'redline:condition',
  lastAlert: 'redline:last_alert_timestamp_seconds',
  calibrationPhase: 'redline:calibration_phase',
  calibrationWatch: 'redline:calibration_watch',
  calibrationRolledBack: 'redline:calibration_rolled_back',
  calibrationReading: 'quantum:calibration:reading',
} as const;

/** What the rows of a calibration judge: values of the label `input`. Each must be there all the time. */
export const calibrationInputs = [
  'equity',
  'equity_history',
  'decisions',
  'calibration_status',
  'meta_overrides',
  'risk_guards',
  'trade_closed',
  'trade_metrics',
  'recent_errors',
  'engine_unit',
  'harvest_unit',
  'engine_journal',
  'harvest_journal',
] as const;
export type CalibrationInput = (typeof calibrationInputs)[number];
