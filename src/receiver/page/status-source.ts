import type { PrometheusClient } from '../../alerts/prometheus.js';
import type { Config } from '../../config/schema.js';
import type { Deployment } from '../../deployments/deployment.js';
import { drillSchema } from '../../deployments/drill.js';
import type { ReceiverStanding } from '../../deployments/receiver-standing.js';
import { rollbackSchema } from '../../deployments/rollback.js';
import { drillPlan } from '../../names.js';
import { unixNow } from '../../platform/clock.js';
import type { Logger } from '../../platform/log.js';
import type { Markup } from '../../reports/charts/markup.js';
import { readPageChecklists, type ShownChecklist } from '../../reports/page/checklists.js';
import { statusFragment } from '../../reports/page/fragment.js';
import { guardOf, type Guard } from '../../reports/page/guard.js';
import { headlineOf } from '../../reports/page/headline.js';
import { readHistories, type Histories } from '../../reports/page/history.js';
import { readJudgement, type JudgementWithRules } from '../../reports/page/judgement.js';
import type { ShownRollback, SilenceView, StatusView } from '../../reports/page/status-view.js';
import { observedKinds } from '../../reports/observation/subject.js';
import type { Authority } from '../../rollback/authority.js';
import { newestDrill } from '../../rollback/drill-state.js';
import type { Ledger } from '../../rollback/ledger.js';
import type { IncidentFiles } from './incident-files.js';
import { Refreshed } from './refreshed.js';

/** How often Prometheus is asked while somebody looks, seconds: for what is judged, for curves, for checklists. */
const [judgedEvery, historyEvery, checklistsEvery] = [3, 20, 30];
/** Who looks waits no longer than this for Prometheus, seconds; the page then says what is not known. */
const patience = 1.5;
/** The page is rendered no more often, milliseconds, however many look. */
const renderedEvery = 400;
/** The checklists of what ended last are shown for so long, seconds. */
const endedShownFor = 86_400;

export interface StatusParts {
  readonly config: Config;
  readonly ledger: Pick<Ledger, 'state' | 'records'>;
  readonly prometheus: PrometheusClient;
  readonly authority: Pick<Authority, 'refusal'>;
  readonly incidents: IncidentFiles;
  readonly standing: () => ReceiverStanding;
  readonly silences: () => SilenceView;
  /** when the Watchdog alert came last, Unix seconds; null: not yet */
  readonly watchdog: () => number | null;
  readonly logger: Logger;
}

/** The status page's content, and its headline. */
export interface RenderedStatus {
  readonly fragment: Markup;
  readonly title: string;
}

/** All that the status page shows: from the ledger as it is now, from Prometheus as it was asked last. */
export class StatusSource {
  readonly #parts: StatusParts;
  readonly #judged: Refreshed<JudgementWithRules>;
  readonly #histories: Refreshed<Histories>;
  readonly #checklists: Refreshed<readonly ShownChecklist[]>;
  #rendered: { readonly at: number; readonly status: Promise<RenderedStatus> } | undefined;

  constructor(parts: StatusParts) {
    const { prometheus, logger } = parts;
    this.#parts = parts;
    const common = { patienceSeconds: patience, logger };
    this.#judged = new Refreshed({
      ...common,
      what: 'checks',
      everySeconds: judgedEvery,
      read: () => readJudgement(prometheus, this.#open()),
    });
    this.#histories = new Refreshed({
      ...common,
      what: 'histories',
      everySeconds: historyEvery,
      read: () => this.#readHistories(),
    });
    this.#checklists = new Refreshed({
      ...common,
      what: 'checklists',
      everySeconds: checklistsEvery,
      read: async () =>
        readPageChecklists(prometheus, await prometheus.alertingRules(), this.#listed(), unixNow()),
    });
  }

  /** As it is now. Waits for Prometheus a little, and never fails for want of it. */
  async view(): Promise<StatusView> {
    const { config, ledger, authority, standing, silences, watchdog } = this.#parts;
    const key = keyOf(this.#open());
    const [judged, histories, checklists, rollbacks] = await Promise.all([
      this.#judged.get(key),
      this.#histories.get(key),
      this.#checklists.get(keyOf(this.#listed())),
      this.#rollbacks(),
    ]);
    const { state } = ledger;
    const drill = newestDrill(state.drills);
    return {
      at: unixNow(),
      mode: config.receiver.mode,
      killSwitch: state.killSwitch,
      standing: standing(),
      refusal: authority.refusal() ?? null,
      silences: silences(),
      watchdog: watchdog(),
      ledgerRecords: ledger.records,
      open: this.#open(),
      lastEnded: this.#lastEnded() ?? null,
      prepared: [...state.baselines.values()],
      guards: this.#guards(rollbacks),
      judged: judged.state === 'unknown' ? judged : { ...judged, value: judged.value.judgement },
      histories,
      checklists,
      rollbacks,
      drill: drill === undefined ? null : drillSchema.parse(drill),
    };
  }

  /** The page's content, rendered once for all who look at about the same time. */
  rendered(): Promise<RenderedStatus> {
    const now = performance.now();
    if (this.#rendered === undefined || now - this.#rendered.at > renderedEvery)
      this.#rendered = { at: now, status: this.#render() };
    return this.#rendered.status;
  }

  async #render(): Promise<RenderedStatus> {
    const view = await this.view();
    return { fragment: statusFragment(view), title: headlineOf(view).title };
  }

  async #readHistories(): Promise<Histories> {
    const { prometheus } = this.#parts;
    const open = this.#open();
    const judged = await this.#judged.get(keyOf(open));
    if (judged.state === 'unknown') return {};
    const { rules, judgement } = judged.value;
    return readHistories(prometheus, rules, judgement.groups, this.#deployments(), unixNow());
  }

  #deployments(): Deployment[] {
    return [...this.#parts.ledger.state.deployments.values()];
  }

  /** Copied, as the ledger changes them. */
  #open(): Deployment[] {
    return this.#deployments()
      .filter(({ outcome }) => outcome === null)
      .map((deployment) => ({ ...deployment }));
  }

  #lastEnded(): Deployment | undefined {
    return this.#deployments().findLast(({ outcome }) => outcome !== null);
  }

  /** Whose checklists are shown: of what is open, and of what ended last where nothing like it is open. */
  #listed(): Deployment[] {
    const open = this.#open();
    const last = this.#lastEnded();
    const isRecent = unixNow() - (last?.ends_at ?? 0) < endedShownFor;
    if (last === undefined || !isRecent || open.some(({ kind }) => isObserved(kind))) return open;
    return isObserved(last.kind) ? [...open, { ...last }] : open;
  }

  #guards(rollbacks: readonly ShownRollback[]): Guard[] {
    const { config, ledger, authority } = this.#parts;
    const facts = {
      mode: config.receiver.mode,
      killSwitch: ledger.state.killSwitch,
      refusal: authority.refusal(),
      plans: Object.keys(config.rollbacks),
      rollbacks,
    };
    const last = this.#lastEnded();
    return [...this.#open(), ...(last === undefined ? [] : [last])].map((one) => guardOf(one, facts));
  }

  async #rollbacks(): Promise<ShownRollback[]> {
    const { ledger, incidents } = this.#parts;
    const { rollbacks, awaitingIncident } = ledger.state;
    const own = [...rollbacks.values()].filter(({ plan }) => plan !== drillPlan).reverse();
    return Promise.all(
      own.map(async (rollback) => ({
        ...rollbackSchema.parse(rollback),
        incident:
          rollback.result === null || awaitingIncident.has(rollback.id)
            ? null
            : await incidents.pathOf(rollback.id),
      })),
    );
  }
}

function isObserved(kind: Deployment['kind']): boolean {
  return observedKinds.some((name) => name === kind);
}

/** A deployment that was activated or has ended is judged anew. */
function keyOf(deployments: readonly Deployment[]): string {
  return JSON.stringify(deployments.map(({ id, activated_at, outcome }) => [id, activated_at, outcome]));
}
