import { exporterMetric } from '../names.js';
import { gauge } from './metric.js';

export const activated = gauge({
  name: exporterMetric.goLiveActivated,
  help: 'When real trading was switched on, Unix seconds, by the marker file; absent where it does not say.',
  unit: 'seconds',
  source: 'activated or timestamp in files.go_live_marker',
  labels: [],
});

export const activationEnabled = gauge({
  name: exporterMetric.goLiveActivationEnabled,
  help: 'Whether the configuration of the trading system lets real trading be switched on; absent where it does not say.',
  unit: 'boolean',
  source: 'activation_enabled in files.go_live_config',
  labels: [],
});

export const lastRollback = gauge({
  name: exporterMetric.goLiveLastRollback,
  help: 'When a go-live was last rolled back, Unix seconds, by the configuration of the trading system; absent where it does not say.',
  unit: 'seconds',
  source: 'last_rollback_timestamp in files.go_live_config',
  labels: [],
});

export const marginLimit = gauge({
  name: exporterMetric.marginLimit,
  help: 'Highest share of the margin that may be used during a go-live.',
  unit: 'ratio',
  source: 'deployments.go_live.margin_limit',
  labels: [],
});

export const dailyResultFactor = gauge({
  name: exporterMetric.dailyResultFactor,
  help: 'What the backend’s qt_risk_daily_loss is multiplied by to be a gain above 0 and a loss below: a share of the portfolio where the unit is percent or ratio, an amount where it is usd; absent where no unit is configured.',
  unit: 'factor',
  source: 'http.backend.daily_result',
  labels: ['unit'],
});

export const goLiveMetrics = [activated, activationEnabled, lastRollback, marginLimit, dailyResultFactor];
