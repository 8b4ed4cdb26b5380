import type { Express } from 'express';
import { PrometheusClient } from '../alerts/prometheus.js';
import type { Config } from '../config/schema.js';
import { askedQuantities, judgedInputs } from '../deployments/calibration-inputs.js';
import type { CalibrationInput } from '../names.js';
import { unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import { Mutex } from '../platform/mutex.js';
import type { PeriodicTask } from '../platform/periodic.js';
import { Ledger, ledgerPath } from '../rollback/ledger.js';
import { RollbackQueue } from '../rollback/queue.js';
import { redisKeyReader } from '../rollback/redis-key.js';
import { Acceptances } from './acceptances.js';
import { AlertHandler } from './alerts.js';
import { createApp } from './app.js';
import type { BearerToken } from './authentication.js';
import { Baselines } from './baselines.js';
import { Completion } from './completion.js';
import { deploymentFamilies } from './deployment-families.js';
import { Deployments } from './deployments.js';
import type { Family } from './family.js';
import { Inbox, inboxPath } from './inbox.js';
import { IncidentWriter } from './incident-writer.js';
import { LookBack, lookBackPath } from './look-back.js';
import { ManualRollbacks } from './manual-rollbacks.js';
import { ReceiverMetrics } from './metrics.js';
import { MonitorLog } from './monitor-log.js';
import { NotificationLog } from './notifications.js';
import { ObservationWriter } from './observation-writer.js';
import { pipelineFamilies } from './pipeline-families.js';
import { Reconciliation } from './reconcile.js';
import { rollbackFamilies } from './rollback-families.js';
import { ScoreboardWriter } from './scoreboard-writer.js';
import { InboxWorker } from './worker.js';

/** The receiver's parts, as far as starting and stopping them needs to know. */
export interface Parts {
  readonly app: Express;
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly worker: InboxWorker;
  readonly queue: RollbackQueue;
  readonly mutex: Mutex;
  readonly tasks: readonly PeriodicTask[];
  readonly logger: Logger;
}

/**
 * Opens ledger and inbox and puts the parts together; nothing acts yet.
 * @param notReady why the receiver would not act now; undefined where it would
 * @throws UserError when the ledger is not whole; the Node system error when the state directory cannot be used
 */
export async function assemble(
  config: Config,
  logger: Logger,
  token: BearerToken,
  notReady: () => string | undefined,
): Promise<Parts> {
  const { directory } = config.state;
  const ledger = await Ledger.open(ledgerPath(directory), logger);
  const inbox = await Inbox.open(inboxPath(directory), logger);
  const observation = new ObservationWriter(directory, ledger);
  await observation.write();
  observation.follow(logger);

  const mutex = new Mutex();
  const queue = new RollbackQueue({ config, ledger, logger, readRedisKey: redisKeyReader(config.redis) });
  const prometheus = new PrometheusClient(config.prometheus.url, config.prometheus.timeout);
  const metrics = new ReceiverMetrics(Object.keys(config.rollbacks));
  const handler = new AlertHandler({
    config,
    ledger,
    queue,
    mutex,
    logger,
    countDecision: (decision) => {
      metrics.countDecision(decision);
    },
  });
  const worker = new InboxWorker(inbox, handler, logger);
  const inputs = judgedInputs(config);
  const quantities = askedQuantities(inputs);
  const deployments = new Deployments({ ledger, mutex, observation, quantities, logger });
  const notifications = new NotificationLog(logger);
  const acceptances = new Acceptances({ ledger, mutex, prometheus, logger });
  const reconciliation = new Reconciliation({ prometheus, handler, acceptances, notifications, logger });
  const lookBack = new LookBack({ path: lookBackPath(directory), prometheus, ledger, handler, logger });
  measureRollbacks(ledger, metrics);

  const app = createApp({
    token,
    ledger,
    inbox,
    worker,
    baselines: new Baselines({ ledger, mutex, quantities, logger }),
    deployments,
    notifications,
    manual: new ManualRollbacks({ config, ledger, mutex, queue, logger }),
    metrics,
    families: () => currentFamilies({ config, inputs, ledger, inbox, reconciliation }),
    notReady,
    maxBodyBytes: config.receiver.max_body_bytes,
    logger,
  });
  const completion = new Completion({
    ledger,
    mutex,
    prometheus,
    canaryLog: config.files.canary_log,
    logger,
    since: unixNow(),
  });
  const scoreboard = new ScoreboardWriter(config.files, ledger, prometheus);
  const incidents = new IncidentWriter({ config, ledger, prometheus, logger });
  const monitorLog = new MonitorLog({ path: config.files.monitor_log, ledger, prometheus });
  const tasks: PeriodicTask[] = [
    {
      name: 'reconciliation',
      intervalSeconds: config.receiver.reconcile_interval,
      run: () => reconciliation.run(),
    },
    {
      name: 'look back',
      intervalSeconds: config.receiver.reconcile_interval,
      run: () => lookBack.run(),
    },
    { name: 'end of observations', intervalSeconds: 1, run: () => deployments.expire() },
    { name: 'monitoring completed', intervalSeconds: 5, run: () => completion.run() },
    // What is watched after a rollback ends by the clock alone.
    { name: 'observation file', intervalSeconds: 10, run: () => observation.write() },
    { name: 'inbox', intervalSeconds: 1, run: () => inbox.flush() },
    { name: 'scoreboard', intervalSeconds: 1, run: () => scoreboard.run() },
    { name: 'incident files', intervalSeconds: 1, run: () => incidents.run() },
    { name: 'monitor log', intervalSeconds: 1, run: () => monitorLog.run() },
  ];
  return { app, ledger, inbox, worker, queue, mutex, tasks, logger };
}

/** Goes on with what was accepted or begun before the receiver last ended. */
export async function takeUp({ ledger, queue, worker }: Parts): Promise<void> {
  for (const { id, plan, mode, result } of ledger.state.rollbacks.values()) {
    if (result !== null) continue;
    if (mode === 'auto') queue.add(id, plan, true);
    else await ledger.append({ type: 'rollback_finished', rollback: id, result: 'shadow', note: '' });
  }
  worker.wake();
}

function measureRollbacks(ledger: Ledger, metrics: ReceiverMetrics): void {
  ledger.onRecord((record) => {
    if (record.type !== 'rollback_finished') return;
    const rollback = ledger.state.rollbacks.get(record.rollback);
    if (rollback !== undefined) metrics.observeRollback(rollback);
  });
}

interface MeasuredParts {
  readonly config: Config;
  readonly inputs: readonly CalibrationInput[];
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly reconciliation: Reconciliation;
}

function currentFamilies({ config, inputs, ledger, inbox, reconciliation }: MeasuredParts): Family[] {
  const { status } = reconciliation;
  return [
    ...deploymentFamilies(ledger.state, inputs, unixNow()),
    ...rollbackFamilies(ledger.state, config.rollbacks),
    ...pipelineFamilies({
      mode: config.receiver.mode,
      ledgerRecords: ledger.records,
      inboxPending: inbox.size,
      inboxOldest: inbox.oldest()?.received_at ?? null,
      reconciled: status.lastSuccess,
      reconciliationErrors: status.errors,
      unknownRules: status.unknownRules,
    }),
  ];
}
