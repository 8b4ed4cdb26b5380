import type { Fact } from './records.js';
import { ignoredKey, type LedgerState } from './state.js';

/**
 * Whether a fact that another receiver recorded says something that the state does not hold yet. What both of a pair saw
 * for themselves stands in each ledger once.
 */
export function isNews(fact: Fact, state: LedgerState): boolean {
  switch (fact.type) {
    case 'deployment_started':
      return !state.deployments.has(fact.deployment.id);
    case 'deployment_activated':
      return state.deployments.get(fact.deployment)?.activated_at !== fact.at;
    case 'deployment_ended':
      return state.deployments.get(fact.deployment)?.outcome !== fact.outcome;
    case 'acceptance_ended':
      return state.deployments.get(fact.deployment)?.accepted.includes(fact.alertname) === true;
    case 'monitoring_completed':
      return state.awaitingCompletion.has(fact.deployment);
    case 'rollback_started':
      return !state.rollbacks.has(fact.rollback);
    case 'rollback_resumed':
    case 'method_started':
    case 'method_exited':
    case 'method_finished':
    case 'rollback_finished':
      return state.rollbacks.get(fact.rollback)?.result === null;
    case 'evidence_added':
      return !hasEvidence(state, fact.rollback, fact.alertname);
    case 'incident_written':
      return state.awaitingIncident.has(fact.rollback);
    case 'violation_ignored':
      // What names no deployment is recorded again when it begins anew.
      return (
        fact.reason === 'no_deployment' ||
        !state.ignored.has(ignoredKey(fact.alertname, fact.deployment, fact.reason))
      );
    case 'cutover_registered':
      return state.cutover !== fact.cutover;
    case 'restart':
      return state.engineRestart !== fact.at;
    case 'drill_started':
      return !state.drills.known.has(fact.drill);
    case 'drill_delivered':
      return state.drills.known.get(fact.drill)?.delivered_at === null;
    case 'drill_finished':
      return state.drills.known.get(fact.drill)?.result === null;
    case 'kill_switch':
      return state.killSwitch.on !== fact.on;
    case 'baseline_prepared':
    case 'promotion_passed':
      return true;
  }
}

function hasEvidence(state: LedgerState, id: string, alertname: string): boolean {
  return state.rollbacks.get(id)?.evidence.some((evidence) => evidence.alertname === alertname) === true;
}
