/** The data source's variable: whoever imports a dashboard chooses a Prometheus, whatever its uid. */
export const dataSourceVariable = 'datasource';
/** uid of the data source that is provisioned, and chosen by default. */
export const dataSourceUid = 'prometheus';
export const dataSource = { type: 'prometheus', uid: `\${${dataSourceVariable}}` };

/** The variable that holds the receiver's address, under which the alerts' pages stand. */
export const receiverVariable = 'receiver';

/** The variable that chooses models, for a matcher with `=~`. */
export const modelVariable = 'model';

/** By which the dashboards find each other. */
export const tag = 'redline';

/** uid of a dashboard, by its name. */
export function uidOf(name: string): string {
  return `redline-${name}`;
}

/** Where an alert's page is, in Grafana's own variables. */
export function pageOf(alert: string): string {
  return `\${${receiverVariable}:raw}/docs/alerts/${alert}`;
}
