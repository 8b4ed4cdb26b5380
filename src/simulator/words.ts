import { calibrationFaultFacts } from './faults/calibration-faults.js';
import type { EngineRun } from './units/engine.js';
import {
  isCalibrationFault,
  isModelFault,
  isProductionFault,
  isServiceFault,
  type CalibrationFault,
  type FaultName,
} from './faults/fault-names.js';
import { faults } from './faults/faults.js';
import { productionFaultFacts } from './faults/production-faults.js';
import { serviceFaultFacts } from './faults/service-faults.js';

/** What is true as a fault is injected. */
export interface InjectionFacts {
  /** the model that misbehaves */
  readonly model: string;
  /** the model that the engine gives a canary's weight; null: none */
  readonly canaryModel: string | null;
  /** version of the calibration that the engine has loaded; null: none */
  readonly calibration: string | null;
  /** events a second */
  readonly rate: number;
  /** events written at once */
  readonly burst: number;
  /** age of the newest event after a stall, seconds */
  readonly stalledAge: number;
}

const heal = 'redline inject none';

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

/** Tells that everything was healed. */
export function healedLines(burst: number): string[] {
  return [
    `Healed: ${burst} healthy events were written at once, so that windows are healthy again; the trade tables are what they were; the services run, and the backend trades for real.`,
  ];
}

/** Tells of a calibration that the engine has loaded, and what an operator does next. */
export function calibrationLines(version: string, pid: number): string[] {
  return [
    `Calibration ${version} is in the configuration; the engine (pid ${pid}) was restarted and has loaded it.`,
    'Declare it: redline deploy start calibration (with a baseline that deploy prepare calibration took before).',
  ];
}

function detail(name: FaultName, facts: InjectionFacts): string[] {
  if (isCalibrationFault(name)) return calibrationDetail(name, facts);
  if (isProductionFault(name)) {
    const { lasting } = productionFaultFacts[name];
    return [
      ...(lasting === undefined ? [] : [lasting]),
      `A rollback stops the trading and does not undo this. It ends after: ${heal}`,
    ];
  }
  if (isServiceFault(name)) {
    const { lasting } = serviceFaultFacts[name];
    return [
      ...(lasting === undefined ? [] : [lasting]),
      `A rollback does not undo this. It ends after: ${heal}`,
    ];
  }
  if (name === 'telemetry-stall') {
    return [
      `The stream was made anew with its newest event ${Math.floor(facts.stalledAge / 60)} min ${facts.stalledAge % 60} s old, so that the limit is reached in a moment instead of ten minutes.`,
      `Events flow again after: ${heal}`,
    ];
  }
  if (name === 'redis-down') {
    return [
      'The redis-server of the demonstration is suspended (SIGSTOP), not ended.',
      `It pages and rolls nothing back by itself; without telemetry for long enough QscTelemetryStalled does. It goes on after: ${heal}`,
    ];
  }
  return [
    `${facts.burst} faulty events were written at once, so that the judged window is full of them; it goes on at ${facts.rate} events a second.`,
    facts.canaryModel === null
      ? 'No canary runs, so nothing will be rolled back; the gate refuses one as long as the fault lasts.'
      : `It ends when the engine is restarted without the canary, as a rollback does, or after: ${heal}`,
  ];
}

function calibrationDetail(name: CalibrationFault, { calibration }: InjectionFacts): string[] {
  const { judged, lasting } = calibrationFaultFacts[name];
  return [
    ...(judged === undefined ? [] : [`Its alert is judged in ${judged} only.`]),
    ...(lasting === undefined ? [] : [lasting]),
    calibration === null
      ? `No calibration is loaded, so nothing will be rolled back. It ends after: ${heal}`
      : `It ends when the engine is restarted without the calibration, as its rollback does, or after: ${heal}`,
  ];
}

/** Tells that a fault ended because what it came from is gone; undefined where the run of the engine does not end it. */
export function endedByRestart(
  { name, isOfCalibration }: { readonly name: FaultName; readonly isOfCalibration: boolean },
  run: EngineRun,
): string | undefined {
  if (isModelFault(name) && run.canaryModel === null)
    return `${name} ended: the engine was restarted without the canary`;
  if (isCalibrationFault(name) && isOfCalibration && run.calibration === null)
    return `${name} ended: the engine was restarted without the calibration`;
  return undefined;
}
