import type { Markup } from '../charts/markup.js';
import type { FiringAlert } from '../deploy-status.js';
import { valueOfAnswer } from './answer.js';
import { html } from './html.js';
import { alertLink, firingChip, section, severityTone } from './parts.js';
import type { StatusView } from './status-view.js';

/** Alerts that are listed; the page must not grow with a storm of them. */
const mostAlerts = 30;

/** What fires, the gravest first; nothing where nothing does. */
export function alertsSection({ judged }: StatusView): Markup[] {
  const firing = valueOfAnswer(judged)?.firing ?? [];
  if (firing.length === 0) return [];
  const left = firing.length - mostAlerts;
  return [
    section(
      'alerts',
      'Firing alerts',
      html`<ul class="alerts">
        ${firing.slice(0, mostAlerts).map(item)}
      </ul>`,
      ...(left > 0 ? [html`<p class="note">and ${left} more</p>`] : []),
    ),
  ];
}

function item({ alertname, severity, deployment, text }: FiringAlert): Markup {
  const of = deployment === '' ? undefined : html` <span class="note">${deployment}</span>`;
  return html`<li class="${severityTone(severity)}">
    ${firingChip(severity, severity)}
    <span><strong>${alertLink(alertname)}</strong>${of}<br />${text}</span>
  </li>`;
}
