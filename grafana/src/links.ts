import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Alert } from './alerts.js';
import { pageOf, receiverVariable, tag } from './names.js';

/** To the alert's page of documentation. */
export function documentationLink(alert: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(`What ${alert} means`)
    .type(DashboardLinkType.Link)
    .url(pageOf(alert))
    .targetBlank(true);
}

/** To another dashboard, for the same time and with the same choices. */
export function dashboardLink(title: string, uid: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(`/d/${uid}?\${__url_time_range}&\${__all_variables}`);
}

/** On every dashboard: to the others, and to the receiver's own page. */
export function commonLinks(): DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder('Redline')
      .type(DashboardLinkType.Dashboards)
      .tags([tag])
      .asDropdown(false)
      .keepTime(true)
      .includeVars(true),
    new DashboardLinkBuilder('Status page')
      .type(DashboardLinkType.Link)
      .url(`\${${receiverVariable}:raw}/`)
      .icon('external link')
      .tooltip('What the receiver itself says: each check, the rollbacks, the checklists')
      .targetBlank(true),
  ];
}

/** What a panel says of its alerts: a link to the page of each, how urgent it is, its limits and its meaning. */
export function describeAlerts(alerts: readonly Alert[]): string {
  return alerts
    .map(({ name, severity, rollback, judged, meaning }) => {
      const limits = [...new Set(judged.map(({ limit }) => limit))].map((limit) => `\`${limit}\``);
      const facts = [
        severity,
        ...(rollback === undefined ? [] : [`starts the rollback \`${rollback}\``]),
        ...(limits.length === 0 ? [] : [`limit ${limits.join(' and ')}`]),
      ];
      return `**[${name}](${pageOf(name)})** (${facts.join(', ')}): ${meaning}`;
    })
    .join('\n\n');
}
