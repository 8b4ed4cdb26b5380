import type { AlertingRule } from '../alerts/prometheus.js';
import type { Deployment } from '../deployments/deployment.js';
import type { MethodRun, Rollback } from '../deployments/rollback.js';
import type { SimulatorStatus } from '../simulator/status.js';

/** What the programs say of themselves at one moment; undefined: that one does not answer. */
export interface Snapshot {
  /** when they were asked, Unix seconds */
  readonly at: number;
  readonly simulator: SimulatorStatus | undefined;
  readonly rules: readonly AlertingRule[] | undefined;
  readonly deployments: readonly Deployment[] | undefined;
  readonly rollbacks: readonly Rollback[] | undefined;
}

export interface TimelineEvent {
  /** Unix seconds */
  readonly at: number;
  /** seconds since the fault was injected; undefined: none was */
  readonly sinceInjection: number | undefined;
  readonly mood: 'good' | 'bad' | 'plain';
  readonly text: string;
}

type Happened = Omit<TimelineEvent, 'sinceInjection'>;

/** Always firing, by design. */
const heartbeat = 'Watchdog';
const outcomes = {
  completed: 'completed by time',
  rolled_back: 'ended: rolled back',
  accepted: 'ended: accepted',
  abandoned: 'ended: abandoned',
} as const;

/** Tells what happened from one snapshot to the next. The first snapshot is what was there before, and no news. */
export class Timeline {
  #isFirst = true;
  #lastNote = 0;
  #injectedAt: number | undefined;
  readonly #firing = new Set<string>();
  /** what was told of each deployment and rollback, and of which part of it */
  readonly #told = new Set<string>();

  /** @returns the news, oldest first */
  advance(snapshot: Snapshot): TimelineEvent[] {
    const happened = [
      ...this.#notes(snapshot),
      ...this.#alerts(snapshot),
      ...(snapshot.rollbacks ?? []).flatMap((rollback) => this.#rollback(rollback)),
      ...(snapshot.deployments ?? []).flatMap((deployment) => this.#deployment(deployment, snapshot.at)),
    ].sort((a, b) => a.at - b.at);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst ? [] : happened.map((event) => ({ ...event, sinceInjection: this.#since(event.at) }));
  }

  #since(at: number): number | undefined {
    return this.#injectedAt === undefined || at < this.#injectedAt ? undefined : at - this.#injectedAt;
  }

  #notes({ simulator }: Snapshot): Happened[] {
    if (simulator === undefined) return [];
    const newest = simulator.notes.at(-1)?.sequence ?? 0;
    // A simulator that was started again counts from one.
    const told = newest < this.#lastNote ? 0 : this.#lastNote;
    const news = simulator.notes.filter(({ sequence }) => sequence > told);
    this.#lastNote = newest;
    for (const { kind, at } of news) if (kind === 'injected') this.#injectedAt = at;
    return news.map(({ at, kind, text }) => ({
      at,
      text,
      mood: kind === 'injected' ? 'bad' : kind === 'healed' ? 'good' : 'plain',
    }));
  }

  #alerts({ at, rules }: Snapshot): Happened[] {
    if (rules === undefined) return [];
    const firing = rules
      .filter(({ name }) => name !== heartbeat)
      .flatMap((rule) =>
        rule.alerts
          .filter(({ state }) => state === 'firing')
          .map(({ labels, annotations, activeAt }) => ({
            key: JSON.stringify(labels),
            // With a `for`, activeAt is when it began to wait.
            at: rule.duration > 0 || activeAt === undefined ? at : Date.parse(activeAt) / 1000,
            text: `alert ${rule.name} fires: ${annotations.summary ?? ''}`,
          })),
      );
    const news = firing.filter(({ key }) => !this.#firing.has(key));
    this.#firing.clear();
    for (const { key } of firing) this.#firing.add(key);
    return news.map(({ at: since, text }) => ({ at: since, text, mood: 'bad' }));
  }

  #deployment(
    { id, kind, model, outcome, started_at: startedAt, ends_at: endsAt }: Deployment,
    at: number,
  ): Happened[] {
    const of = model === '' ? '' : ` of ${model}`;
    const events: Happened[] = [];
    if (this.#isNews(`${id} open`))
      events.push({ at: startedAt, mood: 'good', text: `${kind}${of} is under observation` });
    if (outcome !== null && this.#isNews(`${id} ended`)) {
      events.push({
        at: endsAt ?? at,
        mood: outcome === 'completed' || outcome === 'accepted' ? 'good' : 'plain',
        text: `observation of the ${kind}${of} ${outcomes[outcome]}`,
      });
    }
    return events;
  }

  #rollback(rollback: Rollback): Happened[] {
    const { id, plan, trigger, methods, result } = rollback;
    const events: Happened[] = [];
    if (this.#isNews(`${id} started`)) {
      const cause =
        trigger.alertname === null ? trigger.reason : `${trigger.alertname}, ${trigger.description}`;
      events.push({
        at: rollback.started_at,
        mood: 'plain',
        text: `rollback ${plan} started (${trigger.source}: ${cause})`,
      });
    }
    for (const [index, method] of methods.entries())
      if (method.ended_at !== null && this.#isNews(`${id} method ${index}`))
        events.push(...methodEvents(method, method.ended_at));
    if (rollback.ended_at !== null && this.#isNews(`${id} ended`)) {
      events.push({
        at: rollback.ended_at,
        mood: result === 'failed' ? 'bad' : 'good',
        text: `on record: rollback ${id} ${result ?? ''}`,
      });
    }
    return events;
  }

  #isNews(key: string): boolean {
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }
}

function methodEvents(method: MethodRun, endedAt: number): Happened[] {
  const seconds = (endedAt - method.started_at).toFixed(1);
  const ended =
    method.exit_code === null
      ? `ended by ${method.signal ?? method.error}`
      : `done, exit ${method.exit_code}`;
  const failed = method.verification.filter(({ ok }) => !ok);
  const verified =
    failed.length > 0
      ? `not verified: ${failed.map(({ check, detail }) => `${check} (${detail})`).join('; ')}`
      : `verified: ${method.verification.map(({ check }) => check).join(', ')}`;
  return [
    {
      at: endedAt,
      mood: method.exit_code === 0 ? 'plain' : 'bad',
      text: `method ${method.name} ${ended}, after ${seconds} s`,
    },
    ...(method.verification.length === 0
      ? []
      : [{ at: endedAt, mood: failed.length > 0 ? ('bad' as const) : ('good' as const), text: verified }]),
  ];
}
