import { formatTime, unknownText } from '../numbers.js';
import { cell, section, table, type Cell, type Section } from './document.js';
import type { Operations, ReportedDeployment, ReportedRollback } from './operations.js';

/** What was deployed, and what was rolled back. */
export function operationsSection({ isKnown, deployments, rollbacks }: Operations): Section {
  const nothing = (what: string): string =>
    isKnown ? `No ${what}.` : `Unknown: the receiver said nothing in this time.`;
  return section('Deployments and rollbacks', {
    tables: [
      table(
        'Under observation',
        ['Kind', 'Model', 'Id', 'Start', 'End'],
        deployments.map(deploymentRow),
        nothing('deployment'),
      ),
      table(
        'Rollbacks',
        ['Plan', 'Deployment', 'Start', 'End', 'Result'],
        rollbacks.map(rollbackRow),
        nothing('rollback'),
      ),
    ],
  });
}

function deploymentRow({ kind, model, deployment, started, ends, isOpen }: ReportedDeployment): Cell[] {
  const end = ends === undefined ? 'no limit' : formatTime(ends);
  return [
    cell(kind),
    cell(model),
    cell(deployment),
    cell(formatTime(started)),
    isOpen === true ? cell(ends === undefined ? end : `until ${end}`) : cell(end),
  ];
}

function rollbackRow({ plan, deployment, started, ended, result }: ReportedRollback): Cell[] {
  return [
    cell(plan),
    cell(deployment),
    cell(formatTime(started)),
    cell(ended === undefined ? unknownText : formatTime(ended)),
    cell(result, result === 'succeeded' ? 'good' : 'bad'),
  ];
}
