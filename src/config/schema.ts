import { z } from 'zod';
import { calibrationInputs, drillPlan } from '../names.js';
import { parseDuration } from '../platform/duration.js';

interface DurationRange {
  /** whether the setting makes no sense at 0 */
  readonly positive?: boolean;
  /** the longest, and what goes wrong beyond it */
  readonly longest?: { readonly text: string; readonly seconds: number; readonly why: string };
}

/** A duration as Prometheus writes it (`5s`, `1h30m`); read into seconds. */
const duration = (fallback: string, { positive = false, longest }: DurationRange = {}) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const seconds = parseDuration(text);
      if (seconds === undefined) {
        context.addIssue(`"${text}" is no duration; write it like 500ms, 5s, 10m or 6h`);
        return z.NEVER;
      }
      if (positive && seconds === 0) context.addIssue(`"${text}" is too short; it must be longer than 0`);
      if (longest !== undefined && seconds > longest.seconds)
        context.addIssue(`"${text}" is too long; ${longest.text} at most, since ${longest.why}`);
      return seconds;
    });

const positiveDuration = (fallback: string) => duration(fallback, { positive: true });

/** `host:port`; port 0 lets the system choose. */
const listenAddress = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
      const port = Number(match?.[2]);
      if (match?.[1] === undefined || port > 65_535) {
        context.addIssue(`"${text}" is no address; write it like 127.0.0.1:9711`);
        return z.NEVER;
      }
      return { host: match[1], port };
    });

/** A path; relative ones are resolved by the loader. Empty: not set. */
const path = (fallback: string) => z.string().default(fallback);

/** With client_ca_file a client must show a certificate that this authority has signed. */
const tlsServer = z
  .strictObject({ cert_file: path(''), key_file: path(''), client_ca_file: path('') })
  .prefault({});

/** What Redline's own clients of a program with TLS are given: the command line, and the servers of `redline up`. */
const tlsClient = z
  .strictObject({ ca_file: path(''), cert_file: path(''), key_file: path('') })
  .refine((tls) => (tls.cert_file === '') === (tls.key_file === ''), 'needs both cert_file and key_file')
  .prefault({});

/** With a password_file this name and its password are taken. */
const basicAuth = z
  .strictObject({ username: z.string().default(''), password_file: path('') })
  .refine(({ username }) => !username.includes(':'), 'a username holds no colon')
  .prefault({});

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
  /** further units to show */
  units: z.array(z.string()).default([]),
  /** the program that restarts units: for scripts, `canary activate` and verification */
  systemctl: path('systemctl'),
  /** where no systemd runs the engine (a container, a laptop): the pid file whose process stands for its unit */
  engine_pid_file: path(''),
  /** the same for the harvest consumer */
  harvest_pid_file: path(''),
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
  incidents: path('reports/incidents'),
  reports: path('reports/safety'),
  data: path('data'),
});

const exporter = z.strictObject({
  listen: listenAddress('127.0.0.1:9711'),
  /** longest time one collector may take; Prometheus' own scrape time-out shortens it */
  collector_timeout: positiveDuration('4s'),
  /** where the exporter keeps how far it has read what must not be counted twice; empty: `exporter` below state.directory */
  state_directory: path(''),
  bearer_token_file: path(''),
  basic_auth: basicAuth,
  tls: tlsServer,
  client_tls: tlsClient,
});

const receiver = z.strictObject({
  listen: listenAddress('127.0.0.1:9712'),
  /** the address under which the command line reaches the receiver; empty: from `listen` */
  url: z.string().default(''),
  token_file: path('receiver.token'),
  /** taken beside the token, for an Alertmanager that knows no tokens */
  basic_auth: basicAuth,
  /** whether reading (/metrics, GET of /api and /notifications) needs a secret too */
  protect_reads: z.boolean().default(false),
  /** auto: acts. shadow: decides and records, runs nothing */
  mode: z.enum(['auto', 'shadow']).default('auto'),
  reconcile_interval: positiveDuration('5s'),
  /** how the other receiver of a pair and people call this one; empty: the machine's name */
  name: z.string().max(64).default(''),
  /** two receivers of one deployment: the one that holds a lease in Redis acts, the other watches */
  lease: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** acts while Redis cannot be reached; of one receiver of the pair only */
      primary: z.boolean().default(false),
      /** the keys' beginning; its {...} keeps them in one place of a cluster */
      key_prefix: z
        .string()
        .regex(/\{[^{}]+\}/, 'needs a part in braces, as redline:{receivers}')
        .default('redline:{receivers}'),
      /** how long the holder may be silent before the other takes over */
      ttl: duration('5s', {
        positive: true,
        longest: { text: '60s', seconds: 60, why: 'nobody acts meanwhile' },
      }),
      /** where the command line finds the other receiver when this one is down; empty: nowhere */
      peer_url: z.string().default(''),
    })
    .prefault({}),
  /** how often the whole way of an alert is tried out by itself; 0s: never */
  drill_interval: duration('24h'),
  /** largest webhook body, bytes */
  max_body_bytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024),
  /** most alerts in one webhook */
  max_alerts: z.int().min(1).default(10_000),
  /** webhooks that are taken in for as long as they come; for a while twenty times as many */
  max_webhooks_per_second: z.number().positive().default(1000),
  watchdog: z
    .strictObject({
      /** the Watchdog alert stays away for so long during a deployment: people are told */
      alert_after: positiveDuration('3m'),
      /** Prometheus does not answer for so long during a canary: no telemetry, it is rolled back */
      stalled_after: positiveDuration('10m'),
    })
    .prefault({}),
  tls: tlsServer,
  client_tls: tlsClient,
});

/** What must be true after a method; each kind has a key of its own. */
export const verification = z.union([
  z.strictObject({ unit_active: z.string() }),
  z.strictObject({ file_absent: z.string() }),
  z.strictObject({ file_present: z.string() }),
  /** both files hold the same bytes */
  z.strictObject({ same_content: z.tuple([z.string(), z.string()]) }),
  z.strictObject({ http_ok: z.url() }),
  z.strictObject({ redis_key: z.string(), value: z.string().optional() }),
  z.strictObject({ command: z.array(z.string()).min(1) }),
]);

const method = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'lower-case letters, digits, - and _'),
  /** argv; the first word is a path below files.root, an absolute path, or a program of the PATH */
  command: z.array(z.string().min(1)).min(1),
  /** as long as an engine may take that systemd must kill after its 90 s, and then start */
  timeout: positiveDuration('150s'),
  verify: z.array(verification).default([]),
  /** how long verification may take to become true */
  verify_timeout: duration('15s'),
});

const plan = z.strictObject({
  methods: z.array(method).min(1),
  /** added to the scripts' environment */
  environment: z.record(z.string(), z.string()).default({}),
});

const rollbacks = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and -')
      .refine((name) => name !== drillPlan, `the plan of "redline drill" is built in; name yours otherwise`),
    plan,
  )
  .default({
    qsc: {
      environment: {},
      methods: [
        {
          name: 'script',
          command: ['ops/model_safety/qsc_rollback.sh'],
          timeout: 150,
          verify_timeout: 15,
          verify: [
            { file_absent: '${override_installed}' },
            { file_absent: '${override_generated}' },
            { same_content: ['${baseline_weights}', '${canary_weights}'] },
            { unit_active: '${engine_unit}' },
          ],
        },
      ],
    },
    calibration: {
      environment: {},
      methods: [
        {
          name: 'script',
          command: ['rollback_calibration.sh'],
          timeout: 240,
          verify_timeout: 15,
          verify: [
            { same_content: ['${calibration_backup}', '${calibration_config}'] },
            { unit_active: '${engine_unit}' },
            { unit_active: '${harvest_unit}' },
          ],
        },
      ],
    },
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
});

/** The whole configuration. Every key is optional; redline.example.yml shows each with its default. */
export const configSchema = z.strictObject({
  redis: redis.prefault({}),
  systemd: systemd.prefault({}),
  journal: journal.prefault({}),
  files: files.prefault({}),
  exporter: exporter.prefault({}),
  receiver: receiver.prefault({}),
  prometheus: z
    .strictObject({
      url: z.url().default('http://127.0.0.1:9090'),
      timeout: positiveDuration('5s'),
      /** used by `redline up` alone: how often the targets are scraped and the rules evaluated */
      scrape_interval: duration('5s', {
        positive: true,
        longest: { text: '15s', seconds: 15, why: 'the rules read the newest values through 30 s windows' },
      }),
    })
    .prefault({}),
  alertmanager: z
    .strictObject({
      url: z.url().default('http://127.0.0.1:9093'),
      /** the others of a cluster: what Redline tells goes to each */
      cluster: z.array(z.url()).default([]),
      timeout: positiveDuration('5s'),
    })
    .prefault({}),
  state: z.strictObject({ directory: path('state') }).prefault({}),
  deployments: deployments.prefault({}),
  rollbacks,
});

export type Config = z.output<typeof configSchema>;
export type Plan = z.output<typeof plan>;
export type Verification = z.output<typeof verification>;
