import { isoTime, parseTime } from '../platform/clock.js';
import type { AlertingRule, AlertInstance } from './prometheus.js';
import type { WebhookAlert } from './webhook.js';

/** No name of ours is longer; what is cut here is unknown anyway. */
const longestName = 300;

/** An alert as the decision sees it, wherever it came from. */
export interface Violation {
  readonly firing: boolean;
  readonly alertname: string;
  /** label `rollback`, empty where there is none */
  readonly plan: string;
  /** label `deployment`, empty where there is none */
  readonly deployment: string;
  /** Unix seconds, null where unknown */
  readonly startsAt: number | null;
  /** the rule's expression, null where unknown */
  readonly expression: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a webhook says of an alert. */
export function violationOfWebhook(alert: WebhookAlert): Violation {
  return {
    firing: alert.status === 'firing',
    ...identity(alert.labels),
    startsAt: parseTime(alert.startsAt) ?? null,
    expression: expressionOf(alert.generatorURL),
    labels: alert.labels,
    annotations: alert.annotations,
  };
}

/** What Prometheus says of an active alert of one of its rules. */
export function violationOfRule(rule: AlertingRule, instance: AlertInstance): Violation {
  return {
    firing: instance.state === 'firing',
    ...identity({ alertname: rule.name, ...instance.labels }),
    startsAt: parseTime(instance.activeAt ?? '') ?? null,
    expression: rule.query,
    labels: instance.labels,
    annotations: instance.annotations,
  };
}

/**
 * What the history of Prometheus says of an alert.
 * @param labels of its series ALERTS
 * @param before it fired not long before this, Unix seconds
 */
export function violationOfPast(labels: Readonly<Record<string, string>>, before: number): Violation {
  const own = Object.fromEntries(
    Object.entries(labels).filter(([name]) => name !== '__name__' && name !== 'alertstate'),
  );
  const description = `Prometheus remembers that it fired before ${isoTime(before)}.`;
  return {
    firing: true,
    ...identity(own),
    startsAt: null,
    expression: null,
    labels: own,
    annotations: { description },
  };
}

function identity(
  labels: Readonly<Record<string, string>>,
): Pick<Violation, 'alertname' | 'plan' | 'deployment'> {
  const text = (name: string): string => (labels[name] ?? '').slice(0, longestName);
  return { alertname: text('alertname'), plan: text('rollback'), deployment: text('deployment') };
}

/** Prometheus links an alert to a graph of its expression. */
function expressionOf(generatorUrl: string): string | null {
  return URL.canParse(generatorUrl) ? new URL(generatorUrl).searchParams.get('g0.expr') : null;
}
