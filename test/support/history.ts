import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './tools.js';

/** A series with a past. Times are Unix seconds. */
export interface PastSeries {
  /** as on a metrics page, e.g. `up{job="x"}` */
  readonly series: string;
  readonly from: number;
  readonly to: number;
  /** its value at a time */
  readonly value: (time: number) => number;
  /** pause between two samples, seconds; 60 where left out */
  readonly step?: number;
}

/** promtool reads the whole page once for each block: of two hours each, weeks would take it minutes. */
const longestBlock = '744h';

/**
 * Gives a Prometheus that is not started yet a past.
 * @param directory as it is given to `startPrometheus`
 */
export async function writeHistory(directory: string, all: readonly PastSeries[]): Promise<void> {
  const data = join(directory, 'data');
  mkdirSync(data, { recursive: true });
  const page = join(directory, 'history.om');
  const lines = all.flatMap(({ series, from, to, value, step = 60 }) => {
    const samples: string[] = [];
    for (let time = from; time <= to; time += step) samples.push(`${series} ${value(time)} ${time}`);
    return samples;
  });
  writeFileSync(page, `${lines.join('\n')}\n# EOF\n`);
  const { ok, output } = await runTool('promtool', [
    ...['tsdb', 'create-blocks-from', `--max-block-duration=${longestBlock}`],
    ...['openmetrics', page, data],
  ]);
  if (!ok) throw new Error(`promtool made no history: ${output}`);
}
