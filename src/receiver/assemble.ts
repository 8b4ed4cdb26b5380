import type { Express } from 'express';
import { prometheusClient } from '../alerts/configured.js';
import type { Access } from '../config/access.js';
import type { Config } from '../config/schema.js';
import { askedQuantities, judgedInputs } from '../deployments/calibration-inputs.js';
import type { ReceiverStanding } from '../deployments/receiver-standing.js';
import { judgedGoLiveInputs } from '../deployments/go-live-inputs.js';
import { drillPlan } from '../names.js';
import { receiverAddress } from '../config/receiver-address.js';
import { unixNow } from '../platform/clock.js';
import type { Logger } from '../platform/log.js';
import { Mutex } from '../platform/mutex.js';
import type { PeriodicTask } from '../platform/periodic.js';
import { soleAuthority } from '../rollback/authority.js';
import { readCheckpoint } from '../rollback/checkpoint.js';
import { CheckpointKeeper } from '../rollback/checkpoint-keeper.js';
import { Ledger, ledgerPath } from '../rollback/ledger.js';
import { RollbackQueue } from '../rollback/queue.js';
import { redisKeyReader } from '../rollback/redis-key.js';
import { Acceptances } from './acceptances.js';
import { AlertHandler } from './alerts.js';
import { createApp } from './app.js';
import { Baselines } from './baselines.js';
import { assembleWatch, readWatch } from './assemble-watch.js';
import { Completion } from './completion.js';
import { deploymentFamilies, type JudgedInputs } from './deployment-families.js';
import { Deployments } from './deployments.js';
import { drillFamilies } from './drill-families.js';
import { Drills } from './drills.js';
import type { Family } from './family.js';
import { Inbox, inboxPath } from './inbox.js';
import { leaseFamilies } from './lease/lease-families.js';
import type { OpenPair, PairSettings } from './lease/open-pair.js';
import { describeStanding } from './lease/standing.js';
import { IncidentWriter } from './incident-writer.js';
import { LookBack, lookBackPath } from './look-back.js';
import { ManualRollbacks } from './manual-rollbacks.js';
import { ReceiverMetrics } from './metrics.js';
import { MonitorLog } from './monitor-log.js';
import { NotificationLog } from './notifications.js';
import type { Notifier } from './notifier.js';
import { ObservationWriter } from './observation-writer.js';
import { IncidentFiles } from './page/incident-files.js';
import { PanelLinks } from './page/panel-links.js';
import type { StatusParts, StatusSource } from './page/status-source.js';
import { pipelineFamilies } from './pipeline-families.js';
import { Reconciliation } from './reconcile.js';
import { rollbackFamilies } from './rollback-families.js';
import { ScoreboardWriter } from './scoreboard-writer.js';
import { watchFamilies } from './watch-families.js';
import { InboxWorker } from './worker.js';

/** The receiver's parts, as far as starting and stopping them needs to know. */
export interface Parts {
  readonly app: Express;
  readonly metrics: ReceiverMetrics;
  readonly ledger: Ledger;
  readonly checkpoints: CheckpointKeeper;
  readonly inbox: Inbox;
  readonly worker: InboxWorker;
  readonly queue: RollbackQueue;
  readonly mutex: Mutex;
  /** undefined: it stands alone */
  readonly pair: OpenPair | undefined;
  readonly notifier: Notifier;
  readonly tasks: readonly PeriodicTask[];
  readonly logger: Logger;
}

/**
 * Opens ledger and inbox and puts the parts together; nothing acts yet.
 * @param notReady why the receiver would not act now; undefined where it would
 * @param onLedgerDisproved called when the ledger turns out not to be what it was taken for
 * @throws UserError when the ledger is not whole; the Node system error when the state directory cannot be used
 */
export async function assemble(
  config: Config,
  logger: Logger,
  access: Access,
  notReady: () => string | undefined,
  onLedgerDisproved: () => void,
): Promise<Parts> {
  const { directory } = config.state;
  const { ledger, checkpoints } = await openLedger(ledgerPath(directory), logger, onLedgerDisproved);
  const inbox = await Inbox.open(inboxPath(directory), logger);
  const observation = new ObservationWriter(directory, ledger);
  await observation.write();
  observation.follow(logger);

  const mutex = new Mutex();
  const onTakeOver = (): Promise<void> => takeUp({ ledger, queue, worker });
  const pair = config.receiver.lease.enabled
    ? await joinPair({ config, ledger, mutex, logger, onTakeOver })
    : undefined;
  const authority = pair?.pair ?? soleAuthority;
  const readRedisKey = redisKeyReader(config.redis);
  const queue = new RollbackQueue({ config, ledger, authority, logger, readRedisKey });
  const prometheus = prometheusClient(config);
  const metrics = new ReceiverMetrics(Object.keys(config.rollbacks));
  const handler = new AlertHandler({
    config,
    ledger,
    queue,
    mutex,
    authority,
    logger,
    countDecision: (decision) => {
      metrics.countDecision(decision);
    },
  });
  const worker = new InboxWorker(inbox, handler, authority, logger);
  const inputs = { calibration: judgedInputs(config), goLive: judgedGoLiveInputs(config) };
  const quantities = askedQuantities(inputs.calibration);
  const deployments = new Deployments({ ledger, mutex, observation, quantities, logger });
  const notifications = new NotificationLog(logger);
  const acceptances = new Acceptances({ ledger, mutex, prometheus, logger });
  const watch = assembleWatch({ config, ledger, prometheus, notifications, handler, logger });
  const { notifier, watchdog, silence, silences } = watch;
  const reconciliation = new Reconciliation({
    prometheus,
    handler,
    acceptances,
    notifications,
    silence,
    authority,
    logger,
  });
  const drills = new Drills({ config, ledger, mutex, prometheus, logger, since: unixNow() });
  const lookBack = new LookBack({
    path: lookBackPath(directory),
    prometheus,
    ledger,
    handler,
    authority,
    logger,
  });
  measureRollbacks(ledger, metrics);

  const standing = (): ReceiverStanding => describeStanding(pair?.lease);
  const incidentFiles = new IncidentFiles(config.files.incidents);
  const status = onceAsked({
    config,
    ledger,
    prometheus,
    authority,
    incidents: incidentFiles,
    standing,
    silences: () => silences.status,
    watchdog: () => watchdog.lastReceived,
    logger,
  });
  const app = createApp({
    access,
    protectReads: config.receiver.protect_reads,
    ledger,
    mutex,
    inbox,
    worker,
    baselines: new Baselines({ ledger, mutex, quantities, logger }),
    deployments,
    drills,
    notifications,
    manual: new ManualRollbacks({ config, ledger, mutex, queue, authority, logger }),
    metrics,
    authority,
    standing,
    watchdog,
    status,
    incidents: incidentFiles,
    panels: new PanelLinks(config.grafana.url),
    plans: config.rollbacks,
    publicUrl: receiverAddress(config),
    families: () => [
      ...currentFamilies({ config, inputs, ledger, inbox, reconciliation }),
      ...watchFamilies(readWatch(watch, ledger)),
      ...leaseFamilies(pair?.lease),
    ],
    notReady,
    maxBodyBytes: config.receiver.max_body_bytes,
    maxAlerts: config.receiver.max_alerts,
    maxWebhooksPerSecond: config.receiver.max_webhooks_per_second,
    isTls: config.receiver.tls.cert_file !== '',
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
  // What is written for all to see, or put on record, is done by the one that is in charge.
  const whileInCharge = (run: () => Promise<void>) => (): Promise<void> =>
    authority.refusal() === undefined ? run() : Promise.resolve();
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
    {
      name: 'watchdog',
      intervalSeconds: 1,
      run: () => {
        watchdog.look();
        return Promise.resolve();
      },
    },
    {
      name: 'silences',
      intervalSeconds: config.receiver.reconcile_interval,
      run: () => silences.run(),
    },
    { name: 'end of observations', intervalSeconds: 1, run: whileInCharge(() => deployments.expire()) },
    { name: 'monitoring completed', intervalSeconds: 5, run: whileInCharge(() => completion.run()) },
    // What is watched after a rollback ends by the clock alone.
    { name: 'observation file', intervalSeconds: 10, run: () => observation.write() },
    { name: 'inbox', intervalSeconds: 1, run: () => inbox.flush() },
    { name: 'scoreboard', intervalSeconds: 1, run: whileInCharge(() => scoreboard.run()) },
    { name: 'incident files', intervalSeconds: 1, run: whileInCharge(() => incidents.run()) },
    { name: 'drills', intervalSeconds: 0.5, run: whileInCharge(() => drills.run()) },
    { name: 'ledger checkpoint', intervalSeconds: 1, run: () => checkpoints.run() },
    { name: 'monitor log', intervalSeconds: 1, run: whileInCharge(() => monitorLog.run()) },
    ...(pair === undefined ? [] : [leaseTask(pair, config.receiver.lease.ttl)]),
  ];
  return { app, metrics, ledger, checkpoints, inbox, worker, queue, mutex, pair, notifier, tasks, logger };
}

/** What only who looks at the page needs is not loaded before somebody does: a receiver must start fast. */
function onceAsked(parts: StatusParts): () => Promise<StatusSource> {
  let source: Promise<StatusSource> | undefined;
  return () => (source ??= import('./page/status-source.js').then((page) => new page.StatusSource(parts)));
}

/** Opens the ledger where its checkpoint is, so that a start does not take longer the longer it is. */
async function openLedger(
  path: string,
  logger: Logger,
  onDisproved: () => void,
): Promise<Pick<Parts, 'ledger' | 'checkpoints'>> {
  const openedAt = await readCheckpoint(path);
  const ledger = await Ledger.open(path, logger, openedAt?.checkpoint);
  return { ledger, checkpoints: new CheckpointKeeper({ ledger, openedAt, logger, onDisproved }) };
}

/** Goes on with what was accepted or begun before the receiver last ended. */
export async function takeUp({
  ledger,
  queue,
  worker,
}: Pick<Parts, 'ledger' | 'queue' | 'worker'>): Promise<void> {
  for (const { id, plan, mode, result } of ledger.state.rollbacks.values()) {
    if (result !== null) continue;
    if (mode === 'auto') queue.add(id, plan, true);
    else await ledger.append({ type: 'rollback_finished', rollback: id, result: 'shadow', note: '' });
  }
  worker.wake();
}

/** A receiver that stands alone is ready before the client of Redis is loaded. */
async function joinPair(settings: PairSettings): Promise<OpenPair> {
  const { openPair } = await import('./lease/open-pair.js');
  return openPair(settings);
}

/** Often enough that one answer may be lost and the lease still be renewed in time. */
function leaseTask({ pair }: OpenPair, ttlSeconds: number): PeriodicTask {
  return { name: 'lease', intervalSeconds: Math.min(1, ttlSeconds / 4), run: () => pair.tend() };
}

function measureRollbacks(ledger: Ledger, metrics: ReceiverMetrics): void {
  ledger.onRecord((record) => {
    if (record.type !== 'rollback_finished') return;
    const rollback = ledger.state.rollbacks.get(record.rollback);
    if (rollback !== undefined && rollback.plan !== drillPlan) metrics.observeRollback(rollback);
  });
}

interface MeasuredParts {
  readonly config: Config;
  readonly inputs: JudgedInputs;
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly reconciliation: Reconciliation;
}

function currentFamilies({ config, inputs, ledger, inbox, reconciliation }: MeasuredParts): Family[] {
  const { status } = reconciliation;
  return [
    ...deploymentFamilies(ledger.state, inputs, unixNow()),
    ...rollbackFamilies(ledger.state, config.rollbacks),
    ...drillFamilies(ledger.state.drills),
    ...pipelineFamilies({
      mode: config.receiver.mode,
      ledgerRecords: ledger.records,
      ledgerWriteErrors: ledger.writeErrors,
      inboxWriteErrors: inbox.writeErrors,
      inboxPending: inbox.size,
      inboxOldest: inbox.oldest()?.received_at ?? null,
      reconciled: status.lastSuccess,
      reconciliationErrors: status.errors,
      unknownRules: status.unknownRules,
    }),
  ];
}
