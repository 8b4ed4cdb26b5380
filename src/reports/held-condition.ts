import type { CheckLine } from './check-lines.js';
import { describeValues, type RunbookCheck } from './runbook-checks.js';

/**
 * What is said of an alert that rolls a deployment back and whose condition holds before that is declared.
 * @param checks rows of its runbook, for the value that is judged
 * @param kind what would be rolled back: `production`, `the go-live`
 */
export function heldConditionLine(
  name: string,
  checks: readonly RunbookCheck[],
  isAccepted: boolean,
  kind: string,
): CheckLine {
  const value = checks
    .filter(({ alertname }) => alertname === name)
    .map(describeValues)
    .find((text) => text !== '');
  const holds = `it holds now${value === undefined ? '' : `, ${value}`}`;
  if (isAccepted) {
    return {
      what: name,
      level: 'warn',
      detail: `${holds}; accepted: it starts nothing until it has been false once`,
    };
  }
  return {
    what: name,
    level: 'fail',
    detail: `${holds}: ${kind} would be rolled back at once`,
    todo: `See docs/alerts/${name}.md; --accept ${name} lets it through.`,
  };
}
