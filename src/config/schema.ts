import { z } from 'zod';
import { calibrationInputs, goLiveInputs } from '../names.js';
import { custom } from './custom-settings.js';
import { exporter } from './exporter-settings.js';
import { http } from './http-settings.js';
import { rollbacks, type plan, type verification } from './plan-settings.js';
import { receiver } from './receiver-settings.js';
import { alertmanager, prometheus } from './server-settings.js';
import { duration, path, positiveDuration } from './setting.js';

const redis = z.strictObject({
  /** redis:// or rediss://, may name user, password and database */
  url: z.string().default('redis://127.0.0.1:6379'),
  username: z.string().default(''),
  password_file: path(''),
  tls: z
    .strictObject({
      enabled: z.boolean().default(false),
      ca_file: path(''),
      cert_file: path(''),
      key_file: path(''),
      server_name: z.string().default(''),
    })
    .prefault({}),
  /** with nodes: the master of this name is asked of these Sentinels (`host:port`) and `url` gives only its credentials */
  sentinel: z
    .strictObject({
      name: z.string().default('mymaster'),
      nodes: z.array(z.string()).default([]),
      password_file: path(''),
    })
    .prefault({}),
  /** with nodes: a Redis Cluster, found through these (`host:port`) */
  cluster: z.strictObject({ nodes: z.array(z.string()).default([]) }).prefault({}),
  connect_timeout: positiveDuration('2s'),
  command_timeout: positiveDuration('2s'),
  streams: z.strictObject({ trade_intent: z.string().default('quantum:stream:trade.intent') }).prefault({}),
  /** keys of the trading system that are no stream of events */
  keys: z
    .strictObject({
      equity: z.string().default('quantum:equity:current'),
      equity_history: z.string().default('quantum:equity:history'),
      decision_latest: z.string().default('quantum:decision:latest'),
      decisions_history: z.string().default('quantum:decisions:history'),
      calibration_status: z.string().default('quantum:calibration:status'),
      calibration_rollback: z.string().default('quantum:calibration:rollback'),
      override_count: z.string().default('quantum:meta:override_count'),
      active_guards: z.string().default('quantum:risk:active_guards'),
      engine_health: z.string().default('quantum:health:ai_engine'),
      recent_errors: z.string().default('quantum:errors:recent'),
      trade_closed: z.string().default('quantum:stream:trade.closed'),
      trade_metrics: z.string().default('quantum:stream:trade.metrics'),
    })
    .prefault({}),
});

const systemd = z.strictObject({
  enabled: z.boolean().default(true),
  bus_address: z.string().default('unix:path=/run/dbus/system_bus_socket'),
  /** spellings of the engine's unit: the first that is loaded is judged */
  engine_units: z
    .array(z.string())
    .min(1)
    .default(['quantum-ai-engine.service', 'quantum-ai_engine.service']),
  /** spellings of the harvest consumer's unit: the first that is loaded is judged */
  harvest_units: z.array(z.string()).min(1).default(['quantum-harvest-consumer.service']),
  /** spellings of the backend's unit: the first that is loaded is judged during a go-live */
  backend_units: z.array(z.string()).min(1).default(['quantum-backend.service']),
  /** further units to show */
  units: z.array(z.string()).default([]),
  /** the program that restarts units: for scripts, `canary activate` and verification */
  systemctl: path('systemctl'),
  /** where no systemd runs the engine (a container, a laptop): the pid file whose process stands for its unit */
  engine_pid_file: path(''),
  /** the same for the harvest consumer */
  harvest_pid_file: path(''),
  /** the same for the backend */
  backend_pid_file: path(''),
});

const journal = z.strictObject({
  enabled: z.boolean().default(true),
  /** the program that reads the journal */
  journalctl: path('journalctl'),
  /** the journal's folder (`journalctl -D`); empty: this machine's own */
  directory: path(''),
});

const files = z.strictObject({
  /** the trading system's folder; the other paths here are relative to it */
  root: path('.'),
  baseline_weights: path('data/baseline_model_weights.json'),
  canary_weights: path('data/qsc_canary_weights.json'),
  override_generated: path('data/systemd_overrides/qsc_canary.conf'),
  /** `%u` is the engine's unit */
  override_installed: path('/etc/systemd/system/%u.d/qsc_canary.conf'),
  canary_log: path('logs/qsc_canary.jsonl'),
  calibration_config: path('config/calibration_config.json'),
  calibration_backup: path('config/calibration_backup.json'),
  calibration_baseline: path('logs/pre_calibration_baseline.txt'),
  monitor_log: path('logs/post_calibration_monitor.log'),
  /** with it real trading is on */
  go_live_marker: path('go_live.active'),
  go_live_config: path('config/go_live.yaml'),
  incidents: path('reports/incidents'),
  reports: path('reports/safety'),
  data: path('data'),
  /** the log of a trading system that writes none to the journal, followed; empty: there is none */
  production_log: path('logs/production_deployment.log'),
});

/** The trade tables of the trading system (SQLite). */
const database = z.strictObject({
  /** false where the trading system has no such file */
  enabled: z.boolean().default(true),
  /** below files.root */
  path: z
    .string()
    .min(1, 'names no file; where there is none, set database.enabled to false')
    .default('data/trading.db'),
  /** how often it is looked whether something was written */
  poll_interval: positiveDuration('1s'),
  /** how long a read waits for a lock */
  busy_timeout: positiveDuration('1s'),
  /** how often the whole file is checked (PRAGMA quick_check); 0s: never */
  check_interval: duration('1h'),
  /** pairs of symbol and interval with series of their own; further ones are counted together as `other` */
  series_limit: z.number().int().min(1).max(1000).default(200),
  /** where `redline backup` writes its daily copies, below files.root */
  backup_directory: path('backups'),
  /** how long they are kept */
  backup_keep: positiveDuration('30d'),
});

const floor = (fallback: number) => z.number().nonnegative().default(fallback);

const deployments = z.strictObject({
  calibration: z
    .strictObject({
      observation: duration('72h', {
        positive: true,
        longest: { text: '72h', seconds: 72 * 3600, why: 'the rules look back no further' },
      }),
      settle: duration('120s'),
      /** how old a prepared baseline may be when the deployment starts */
      baseline_max_age: positiveDuration('24h'),
      /** what the trading system writes, and so what must be there all the time; without harvest_unit it has no harvest consumer */
      inputs: z.array(z.enum(calibrationInputs)).default([...calibrationInputs]),
      /** a baseline is never below these: twice nothing would be nothing */
      floors: z
        .strictObject({
          drawdown: floor(0.01),
          equity_deviation: floor(0.002),
          blocked_lines: floor(3),
          guards: floor(1),
          overrides: floor(5),
          stop_loss: floor(0.1),
        })
        .prefault({}),
    })
    .prefault({}),
  canary: z
    .strictObject({
      observation: positiveDuration('6h'),
      settle: duration('120s'),
      /** share of the first step */
      weight: z.number().gt(0).lt(1).default(0.1),
    })
    .prefault({}),
  go_live: z
    .strictObject({
      observation: duration('2h', {
        positive: true,
        longest: { text: '72h', seconds: 72 * 3600, why: 'the rules look back no further' },
      }),
      settle: duration('120s'),
      /** highest share of the margin that may be used */
      margin_limit: z.number().positive().default(1),
      /** what must be there all the time */
      inputs: z.array(z.enum(goLiveInputs)).default([...goLiveInputs]),
    })
    .prefault({}),
});

/** The whole configuration. Every key is optional; redline.example.yml shows each with its default. */
export const configSchema = z.strictObject({
  redis: redis.prefault({}),
  systemd: systemd.prefault({}),
  journal: journal.prefault({}),
  files: files.prefault({}),
  database: database.prefault({}),
  http: http.prefault({}),
  exporter: exporter.prefault({}),
  receiver: receiver.prefault({}),
  prometheus: prometheus.prefault({}),
  alertmanager: alertmanager.prefault({}),
  /** as people reach it, for links from the pages of the alerts; empty: none are made */
  grafana: z.strictObject({ url: z.union([z.literal(''), z.url()]).default('') }).prefault({}),
  state: z.strictObject({ directory: path('state') }).prefault({}),
  deployments: deployments.prefault({}),
  rollbacks,
  custom,
});

export type Config = z.output<typeof configSchema>;
export type Plan = z.output<typeof plan>;
export type Verification = z.output<typeof verification>;
