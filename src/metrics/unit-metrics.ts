import { exporterMetric } from '../names.js';
import type { UnitReading } from '../readings/units.js';
import type { CollectContext } from './collector.js';
import { counter, gauge } from './metric.js';

const labels = ['unit', 'role'] as const;
const source =
  'systemd over D-Bus, or the process of systemd.engine_pid_file, harvest_pid_file or backend_pid_file';

const loaded = gauge({
  name: exporterMetric.unitLoaded,
  help: 'Whether systemd has loaded the unit; 0 for one that it does not know, or that is masked or broken; a backend that is not loaded has no series at all.',
  unit: 'boolean',
  source: `LoadState: ${source}`,
  labels,
});

const active = gauge({
  name: exporterMetric.unitActive,
  help: 'Whether the unit runs: 1 while it is active or reloading.',
  unit: 'boolean',
  source: `ActiveState: ${source}`,
  labels,
});

const state = gauge({
  name: exporterMetric.unitState,
  help: 'Always 1; the labels say the unit’s states and how it ended last.',
  unit: 'info',
  source: `LoadState, ActiveState, SubState, Result: ${source}`,
  labels: [...labels, 'load_state', 'active_state', 'sub_state', 'result'],
});

const automaticRestarts = gauge({
  name: exporterMetric.unitAutomaticRestarts,
  help: 'Restarts that systemd made by itself since the unit was last started by hand; absent where no systemd runs it.',
  unit: 'restarts',
  source: `NRestarts: ${source}`,
  labels,
});

const activeEnter = gauge({
  name: exporterMetric.unitActiveEnter,
  help: 'When the unit last became active, Unix time; absent when it never was.',
  unit: 'seconds',
  source: `ActiveEnterTimestamp: ${source}`,
  labels,
});

const execMainStatus = gauge({
  name: exporterMetric.unitExecMainStatus,
  help: 'Exit status of the unit’s main process, 0 while it runs; absent where no systemd runs it.',
  unit: 'status',
  source: `ExecMainStatus: ${source}`,
  labels,
});

const invocation = gauge({
  name: exporterMetric.unitInvocation,
  help: 'Always 1; the label names the unit’s last start, another at each; absent where it was never started.',
  unit: 'info',
  source: `InvocationID: ${source}`,
  labels: [...labels, 'invocation_id'],
});

const starts = counter({
  name: exporterMetric.unitStarts,
  help: 'Starts of the unit, by systemd or by hand, that the exporter has seen: each gives it another invocation.',
  unit: 'starts',
  source: `InvocationID: ${source}`,
  labels,
});

/** Every metric of a unit. */
export const unitMetrics = [
  loaded,
  active,
  state,
  automaticRestarts,
  activeEnter,
  execMainStatus,
  invocation,
  starts,
];

/** @param newStarts since the last time */
export function exportUnit(context: CollectContext, reading: UnitReading, newStarts: number): void {
  const { unit, role, loadState, activeState, subState, result, invocationId } = reading;
  const own = { unit, role };
  context.set(loaded, own, Number(reading.loaded));
  context.set(active, own, Number(reading.active));
  context.set(
    state,
    { ...own, load_state: loadState, active_state: activeState, sub_state: subState, result },
    1,
  );
  context.set(automaticRestarts, own, reading.automaticRestarts);
  context.set(activeEnter, own, reading.activeEnter);
  context.set(execMainStatus, own, reading.execMainStatus);
  if (invocationId !== '') context.set(invocation, { ...own, invocation_id: invocationId }, 1);
  context.increment(starts, own, newStarts);
}
