import { exporterMetric } from '../names.js';
import type { CollectorModule } from './collector.js';
import { gauge } from './metric.js';

const up = gauge({
  name: exporterMetric.redisUp,
  help: 'Whether Redis answered PING at this scrape.',
  unit: 'boolean',
  source: 'PING',
  labels: [],
});

const ping = gauge({
  name: exporterMetric.redisPing,
  help: 'How long Redis took to answer PING; absent while it does not.',
  unit: 'seconds',
  source: 'PING',
  labels: [],
});

/** Whether Redis can be reached, and how fast it answers. */
export const redisCollector: CollectorModule = {
  name: 'redis',
  metrics: [up, ping],
  reasons: ['unreachable', 'refused'],
  create: ({ redis }) => ({
    async collect(context) {
      // First the worst, which stands if the deadline comes before the answer.
      context.set(up, {}, 0);
      const asked = performance.now();
      const answer = await redis.ask(context.signal, (client) => client.ping());
      const seconds = (performance.now() - asked) / 1000;
      context.trace('PING', () => ({ answer, seconds }));
      context.set(up, {}, 1);
      context.set(ping, {}, seconds);
    },
    async close() {
      // The connection is not this collector's alone.
    },
  }),
};
