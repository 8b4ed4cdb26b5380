import { job } from '../names.js';
import type { PrometheusClient, SampledSeries, Target } from './prometheus.js';

/** So old may the newest scrape be that another Prometheus or an agent sends, seconds. */
const newestWithin = 60;

/**
 * What is scraped: by this Prometheus itself, and of Redline's jobs that it does not scrape, what others scrape for it and
 * send (an agent, remote write), as `up` says.
 * @throws PrometheusError
 */
export async function scrapedTargets(prometheus: PrometheusClient): Promise<Target[]> {
  const own = await prometheus.targets();
  const known = new Set(own.map(({ labels }) => labels.job));
  const others = Object.values(job).filter((name) => !known.has(name));
  if (others.length === 0) return own;
  const sent = await prometheus.recentSamples(`up{job=~"${others.join('|')}"}`, newestWithin);
  return [...own, ...sent.flatMap(sentTarget)];
}

function sentTarget({ labels, points }: SampledSeries): Target[] {
  const [oldest, newest] = [points[0], points.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  const isUp = newest[1] === 1;
  const interval = points.length < 2 ? newestWithin : (newest[0] - oldest[0]) / (points.length - 1);
  return [
    {
      labels,
      scrapeUrl: labels.instance ?? '',
      health: isUp ? 'up' : 'down',
      lastError: isUp ? '' : 'whoever scrapes it gets no answer',
      scrapeInterval: `${Math.round(interval * 1000)}ms`,
    },
  ];
}
