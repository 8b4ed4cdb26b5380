/** Names that the programs, the rules and the servers' configuration share. A test checks the rules against them. */

/** Jobs of Prometheus' configuration. */
export const job = {
  exporter: 'redline-exporter',
  receiver: 'redline-receiver',
  prometheus: 'prometheus',
  alertmanager: 'alertmanager',
} as const;

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
  deliveryLag: 'redline_alert_delivery_lag_seconds',
  inboxPending: 'redline_inbox_pending',
  inboxOldest: 'redline_inbox_oldest_timestamp_seconds',
  reconciliationLastSuccess: 'redline_reconciliation_last_success_timestamp_seconds',
  reconciliationErrors: 'redline_reconciliation_errors_total',
  unknownRules: 'redline_reconciliation_unknown_rules',
  mode: 'redline_receiver_mode',
  ledgerRecords: 'redline_ledger_records',
} as const;

/** Recording rules that programs ask Prometheus for. */
export const recordedMetric = {
  observed: 'redline:observed',
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
} as const;
