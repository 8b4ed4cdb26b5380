import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../platform/package-root.js';

/** Which panel draws what an alert judges: the dashboard's uid and the panel's number. */
const panelIndex = z.record(z.string(), z.object({ dashboard: z.string(), panel: z.number() }));

/** Where Grafana draws what an alert judges. */
export class PanelLinks {
  readonly #base: string;
  readonly #index: z.infer<typeof panelIndex>;

  /** @param grafanaUrl as people reach it; empty: no link is made */
  constructor(grafanaUrl: string, indexPath: string = join(packageRoot, 'grafana', 'dashboards-index.json')) {
    this.#base = grafanaUrl.replace(/\/+$/, '');
    this.#index = grafanaUrl === '' ? {} : readIndex(indexPath);
  }

  /** The address of the panel; none where Grafana or the panel is not known. */
  of(alertname: string): readonly string[] {
    const place = Object.hasOwn(this.#index, alertname) ? this.#index[alertname] : undefined;
    if (place === undefined) return [];
    return [`${this.#base}/d/${encodeURIComponent(place.dashboard)}?viewPanel=${place.panel}`];
  }
}

/** An installation may leave the dashboards out. */
function readIndex(path: string): z.infer<typeof panelIndex> {
  try {
    return panelIndex.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
