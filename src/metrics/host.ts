import { exporterMetric } from '../names.js';
import { round9 } from '../readings/round.js';
import { HostSource } from '../sources/host.js';
import type { CollectorModule } from './collector.js';
import { gauge } from './metric.js';

const source = 'the operating system, every 10 s';
const labels = [] as const;

const cpuUsage = gauge({
  name: exporterMetric.hostCpuUsage,
  help: 'Share of all CPUs that was in use since the last look, 0-1.',
  unit: 'ratio',
  source,
  labels,
});

const memoryTotal = gauge({
  name: exporterMetric.hostMemoryTotal,
  help: 'Memory of the machine.',
  unit: 'bytes',
  source,
  labels,
});

const memoryAvailable = gauge({
  name: exporterMetric.hostMemoryAvailable,
  help: 'Memory that programs can still get without swapping.',
  unit: 'bytes',
  source,
  labels,
});

const load = gauge({
  name: exporterMetric.hostLoad,
  help: 'Programs that run or want to, averaged over the period.',
  unit: 'processes',
  source,
  labels: ['period'],
});

const diskSize = gauge({
  name: exporterMetric.hostFilesystemSize,
  help: 'Size of the file system of files.data.',
  unit: 'bytes',
  source: `statfs: ${source}`,
  labels,
});

const diskAvailable = gauge({
  name: exporterMetric.hostFilesystemAvailable,
  help: 'What is free on the file system of files.data for others than root.',
  unit: 'bytes',
  source: `statfs: ${source}`,
  labels,
});

const diskUsage = gauge({
  name: exporterMetric.hostFilesystemUsage,
  help: 'Share of the file system of files.data that is in use, 0-1, of what is not reserved for root.',
  unit: 'ratio',
  source: `statfs: ${source}`,
  labels,
});

const boot = gauge({
  name: exporterMetric.hostBoot,
  help: 'When the machine was started, Unix seconds.',
  unit: 'seconds',
  source,
  labels,
});

const periods = ['1m', '5m', '15m'] as const;

/** The machine that the trading system runs on. Absent until the first look, about half a second after the start. */
export const hostCollector: CollectorModule = {
  name: 'host',
  metrics: [cpuUsage, memoryTotal, memoryAvailable, load, diskSize, diskAvailable, diskUsage, boot],
  reasons: ['unreadable'],
  create({ config }) {
    const host = new HostSource(config.files.data);
    return {
      collect(context) {
        const state = host.latest();
        context.trace('host', () => state);
        if (state === undefined) return Promise.resolve();
        context.set(cpuUsage, {}, round9(state.cpuUsage));
        context.set(memoryTotal, {}, state.memoryTotal);
        context.set(memoryAvailable, {}, state.memoryAvailable);
        periods.forEach((period, index) => {
          context.set(load, { period }, state.load[index]);
        });
        context.set(diskSize, {}, state.disk.size);
        context.set(diskAvailable, {}, state.disk.available);
        context.set(diskUsage, {}, round9(state.disk.usage));
        context.set(boot, {}, state.boot);
        return Promise.resolve();
      },
      close() {
        host.close();
        return Promise.resolve();
      },
    };
  },
};
