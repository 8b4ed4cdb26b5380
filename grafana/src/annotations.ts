import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { receiverMetric } from '../../src/names.js';
import { dataSource } from './names.js';
import { colour } from './states.js';

interface Happening {
  readonly name: string;
  /** when each was, Unix seconds */
  readonly times: string;
  readonly title: string;
  readonly text: string;
  readonly colour: string;
}

const { deploymentStart, deploymentEnd, deploymentOpen, rollbackStarted } = receiverMetric;

/** What is marked on every graph. The times are the receiver's, so a mark stands where it was, not where it was scraped. */
const happenings: readonly Happening[] = [
  {
    name: 'Deployments',
    times: `max by (kind, deployment, model) (${deploymentStart})`,
    title: 'Deployment: {{kind}} {{model}}',
    text: 'Observation of {{deployment}} begins.',
    colour: colour.info,
  },
  {
    name: 'Observations ended',
    times: `max by (kind, deployment, model) (${deploymentEnd} and ${deploymentOpen} == 0)`,
    title: 'Observation ended: {{kind}} {{model}}',
    text: 'Observation of {{deployment}} ended.',
    colour: colour.good,
  },
  {
    name: 'Rollbacks',
    times: `max by (plan, deployment) (${rollbackStarted})`,
    title: 'Rollback: {{plan}}',
    text: 'Rollback of {{deployment}} by the plan {{plan}}.',
    colour: colour.critical,
  },
];

export function annotations(): AnnotationQueryBuilder[] {
  return happenings.map(({ name, times, title, text, colour: iconColor }) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(dataSource)
      .enable(true)
      .hide(false)
      .iconColor(iconColor)
      // Grafana takes times in milliseconds.
      .expr(`1000 * ${times}`)
      .useValueForTime(true)
      .step('60s')
      .titleFormat(title)
      .textFormat(text)
      .tagKeys('kind,plan'),
  );
}
