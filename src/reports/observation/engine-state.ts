import { exporterMetric } from '../../names.js';
import { formatTime, formatValue, unknownText } from '../numbers.js';
import type { Enquiry } from '../playbook/enquiry.js';
import { cell, fact, section, table, type Cell, type Section } from '../playbook/document.js';
import type { Subject } from './subject.js';

/** What the engine looked like when a canary or a calibration began; undefined: Prometheus does not say. */
export interface EngineState {
  readonly isEngineActive: boolean | undefined;
  readonly isHarvestActive: boolean | undefined;
  readonly calibrationLoaded: number | undefined;
  readonly calibrationLoads: number | undefined;
  readonly events: number | undefined;
  readonly equity: number | undefined;
}

/** Asks for the engine's state as of the enquiry's time. */
export async function readEngineState(enquiry: Enquiry): Promise<EngineState> {
  const active = (role: string): Promise<number | undefined> =>
    enquiry.number(`max(${exporterMetric.unitActive}{role="${role}"})`);
  const [engine, harvest, calibrationLoaded, calibrationLoads, events, equity] = await Promise.all([
    active('engine'),
    active('harvest'),
    enquiry.number(exporterMetric.calibrationLoaded),
    enquiry.number(exporterMetric.calibrationLoadCount),
    enquiry.number(`${exporterMetric.windowEvents}{window="canary"}`),
    enquiry.number(exporterMetric.equity),
  ]);
  const truth = (value: number | undefined): boolean | undefined =>
    value === undefined ? undefined : value === 1;
  return {
    isEngineActive: truth(engine),
    isHarvestActive: truth(harvest),
    calibrationLoaded,
    calibrationLoads,
    events,
    equity,
  };
}

/** The change, the engine, and what was measured before. */
export function initialEngineSection(state: EngineState, subject: Subject, askedAt: string): Section {
  const { kind, deployment } = subject;
  const { model, weight, cutover, activated_at, baseline } = deployment;
  return section('Initial system state (T+0)', {
    lead: [cell(`As of ${askedAt}: when the rules had taken the deployment up.`, 'dim')],
    facts: [
      fact('AI engine', activeCell(state.isEngineActive)),
      ...(kind === 'canary'
        ? [
            fact('Model', model === '' ? unknownText : model),
            fact('Weight', formatValue(weight ?? undefined, 'share')),
            fact('Cutover of its gate', formatTime(cutover ?? undefined)),
            fact(
              'Engine restarted with it',
              activated_at === null ? 'not on record' : formatTime(activated_at),
            ),
            fact('Events in its window', formatValue(state.events, 'count')),
          ]
        : [
            fact('Harvest consumer', activeCell(state.isHarvestActive)),
            fact('Calibration loaded', loadedText(state)),
            fact('Equity', formatValue(state.equity, 'count')),
          ]),
    ],
    tables:
      baseline === null
        ? []
        : [
            table(
              `Baseline, captured ${formatTime(baseline.captured_at)}`,
              ['Quantity', '#Value', '#Measured', 'From'],
              baseline.values.map(({ quantity, action, value, measured, source }) => [
                cell(`${quantity} ${action}`.trim()),
                cell(formatValue(value, 'count')),
                cell(formatValue(measured, 'count')),
                cell(source),
              ]),
              'It holds no value.',
            ),
          ],
  });
}

function activeCell(isActive: boolean | undefined): Cell {
  if (isActive === undefined) return cell(unknownText, 'warn');
  return isActive ? cell('active', 'good') : cell('not active', 'bad');
}

function loadedText({ calibrationLoaded, calibrationLoads }: EngineState): string {
  if (calibrationLoaded === undefined) return unknownText;
  const loads = calibrationLoads === undefined ? '' : `, load count ${calibrationLoads}`;
  return `${calibrationLoaded === 1 ? 'yes' : 'no'}${loads}`;
}
