import type { EngineRun } from './engine.js';
import type { FaultName } from './fault-names.js';
import { faults, isModelFault } from './faults.js';

/** What is true as a fault is injected. */
export interface InjectionFacts {
  /** the model that misbehaves */
  readonly model: string;
  /** the model that the engine gives a canary's weight; null: none */
  readonly canaryModel: string | null;
  /** events a second */
  readonly rate: number;
  /** events written at once */
  readonly burst: number;
  /** age of the newest event after a stall, seconds */
  readonly stalledAge: number;
}

/** Tells a person what an injected fault does, which alert to expect and how it ends. */
export function describeInjection(name: FaultName, facts: InjectionFacts): string[] {
  const fault = faults[name];
  const alerts = [
    fault.alert,
    ...(fault.implied.length > 0 ? [`and, implied, ${fault.implied.join(', ')}`] : []),
  ];
  return [
    `${name}: ${fault.effect.replaceAll('MODEL', facts.model)}.`,
    ...detail(name, facts),
    `Expect the alert ${alerts.join(' ')}.`,
  ];
}

function detail(name: FaultName, facts: InjectionFacts): string[] {
  if (name === 'telemetry-stall') {
    return [
      `The stream was made anew with its newest event ${Math.floor(facts.stalledAge / 60)} min ${facts.stalledAge % 60} s old, so that the limit is reached in a moment instead of ten minutes.`,
      'Events flow again after: redline inject none',
    ];
  }
  if (name === 'redis-down') {
    return [
      'The redis-server of the demonstration is suspended (SIGSTOP), not ended.',
      'It pages and rolls nothing back by itself; without telemetry for long enough QscTelemetryStalled does. It goes on after: redline inject none',
    ];
  }
  return [
    `${facts.burst} faulty events were written at once, so that the judged window is full of them; it goes on at ${facts.rate} events a second.`,
    facts.canaryModel === null
      ? 'No canary runs, so nothing will be rolled back; the gate refuses one as long as the fault lasts.'
      : 'It ends when the engine is restarted without the canary, as a rollback does, or after: redline inject none',
  ];
}

/** Tells that a fault ended because the canary is gone; undefined where the run of the engine does not end it. */
export function endedByRestart(name: FaultName, run: EngineRun): string | undefined {
  return isModelFault(name) && run.canaryModel === null
    ? `${name} ended: the engine was restarted without the canary`
    : undefined;
}
