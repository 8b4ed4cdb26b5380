import { existsSync } from 'node:fs';
import { loadConfig } from '../config/load.js';
import type { DrillFinding } from '../deployments/drill.js';
import { formatDuration } from '../platform/duration.js';
import { ExitCode, UserError } from '../platform/errors.js';
import { formatTime } from '../reports/numbers.js';
import { printable } from '../reports/text.js';
import { ChainError } from '../rollback/chain.js';
import { readLedgerFile, type LedgerEntry } from '../rollback/ledger-file.js';
import { ledgerPath } from '../rollback/ledger.js';
import type { LedgerRecord } from '../rollback/records.js';
import { note, print } from './terminal.js';

/** `redline audit`. @throws UserError where the ledger is not whole or cannot be read */
export async function printAudit(configPath: string | undefined, last: string, json: boolean): Promise<void> {
  const count = Number(last);
  if (!Number.isInteger(count) || count < 1) throw new UserError(`--last "${last}" is no number of records.`);
  const path = ownLedger(configPath);
  const newest = existsSync(path) ? await newestEntries(path, count) : [];
  if (newest.length === 0) note(`${path} holds no record yet.`);
  for (const { line, record } of newest) print(json ? line : describeRecord(record));
}

async function newestEntries(path: string, count: number): Promise<LedgerEntry[]> {
  let newest: LedgerEntry[] = [];
  try {
    await readLedgerFile(path, (entries) => {
      newest = [...newest, ...entries.slice(-count)].slice(-count);
    });
    return newest;
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    throw new UserError(
      `${path} is not whole: ${error.message}. See redline audit verify.`,
      ExitCode.refused,
    );
  }
}

/** The receiver's ledger. */
export function ownLedger(configPath: string | undefined): string {
  return ledgerPath(loadConfig(configPath).config.state.directory);
}

/** A record in one line for people. */
export function describeRecord(record: LedgerRecord): string {
  const from = record.origin === undefined ? '' : ` [told by ${record.origin.receiver}]`;
  return printable(
    `${String(record.seq).padStart(5)}  ${formatTime(record.time)}  ${describeFact(record)}${from}`,
  );
}

function describeFact(record: LedgerRecord): string {
  switch (record.type) {
    case 'cutover_registered':
      return `gate: events count from ${formatTime(record.cutover)}`;
    case 'baseline_prepared':
      return `baseline of the next ${record.kind} prepared${by(record.operator)}`;
    case 'deployment_started': {
      const { id, operator, accepted } = record.deployment;
      const despite = accepted.length === 0 ? '' : `, accepting ${accepted.join(', ')}`;
      return `${id} declared${by(operator)}${despite}`;
    }
    case 'deployment_activated':
      return `${record.deployment} activated`;
    case 'deployment_ended':
      return `${record.deployment} ended: ${record.outcome.replace('_', ' ')}`;
    case 'acceptance_ended':
      return `${record.alertname} of ${record.deployment} has been false and is no longer accepted`;
    case 'restart':
      return `${record.role} restarted by Redline`;
    case 'rollback_started':
      return `${record.rollback} of ${record.deployment} started (${record.trigger.source}, ${record.mode}): ${record.trigger.reason}`;
    case 'rollback_resumed':
      return `${record.rollback}: ${record.note}`;
    case 'method_started':
      return `${record.rollback}: ${record.name} runs ${record.argv.join(' ')}`;
    case 'method_exited':
      return `${record.rollback}: ${record.name} ended with 0, verifying`;
    case 'method_finished': {
      const failed = record.verification.filter(({ ok }) => !ok).map(({ check }) => check);
      const verified =
        failed.length === 0 ? `${record.verification.length} checks hold` : `NOT ${failed.join(', ')}`;
      return `${record.rollback}: ${record.name} ended with ${record.exit_code ?? record.signal ?? record.error}, ${verified}`;
    }
    case 'rollback_finished':
      return `${record.rollback} ${record.result}${record.note === '' ? '' : `: ${record.note}`}`;
    case 'incident_written':
      return `${record.rollback}: incident file ${record.file}`;
    case 'evidence_added':
      return `${record.rollback}: also ${record.alertname}: ${record.description}`;
    case 'violation_ignored':
      return `${record.alertname} of ${record.deployment === '' ? 'no deployment' : record.deployment} started nothing: ${record.reason.replaceAll('_', ' ')}`;
    case 'kill_switch':
      return `kill switch ${record.on ? 'set' : 'taken back'}${by(record.operator)}: ${record.reason}`;
    case 'promotion_passed':
      return `the acceptance thresholds were passed over ${formatDuration(record.window_seconds)}, trading mode ${record.trading_mode}${by(record.operator)}`;
    case 'monitoring_completed':
      return `${record.deployment}: monitoring completed, ${record.result.replaceAll('_', ' ')}`;
    case 'drill_started':
      return `${record.drill} started (${record.source})${by(record.operator)}`;
    case 'drill_delivered':
      return `${record.drill}: its alert came by webhook`;
    case 'drill_finished':
      return `${record.drill} ${drillEnd(record)}`;
  }
}

function drillEnd({ result, missing, note }: DrillFinding): string {
  const leg = missing === null ? '' : `, "${missing}" never came`;
  return `${result.replace('_', ' ')}${leg}${note === '' ? '' : `: ${note}`}`;
}

function by(operator: string): string {
  return operator === '' ? '' : ` by ${operator}`;
}
