import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';

const target = z.object({
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
  datasource: z.object({ type: z.string(), uid: z.string() }),
});
const link = z.object({ title: z.string(), url: z.string().optional() });
const override = z.object({
  matcher: z.object({ id: z.string(), options: z.unknown() }),
  properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
});
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string().default(''),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  links: z.array(link).default([]),
  targets: z.array(target).default([]),
  fieldConfig: z
    .object({
      defaults: z.object({
        unit: z.string().optional(),
        thresholds: z
          .object({ steps: z.array(z.object({ value: z.number().nullable(), color: z.string() })) })
          .optional(),
        links: z.array(link).default([]),
        custom: z.object({ thresholdsStyle: z.object({ mode: z.string() }).optional() }).optional(),
      }),
      overrides: z.array(override),
    })
    .optional(),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string().min(1),
  tags: z.array(z.string()),
  schemaVersion: z.number(),
  panels: z.array(panel).min(1),
  links: z.array(z.object({ title: z.string(), type: z.string(), tags: z.array(z.string()) })),
  annotations: z.object({
    list: z.array(z.object({ name: z.string(), expr: z.string(), useValueForTime: z.boolean() })),
  }),
  templating: z.object({
    list: z.array(
      z.looseObject({ name: z.string(), type: z.string(), query: z.unknown(), current: z.unknown() }),
    ),
  }),
});

export type Panel = z.output<typeof panel>;
export type Target = z.output<typeof target>;
export type Dashboard = z.output<typeof dashboard> & { readonly file: string };

export const grafanaFolder = join(packageRoot, 'grafana');
const folder = join(grafanaFolder, 'dashboards');

/** The dashboards as they are committed. */
export const dashboards: readonly Dashboard[] = readdirSync(folder)
  .sort()
  .map((file) => ({ ...dashboard.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))), file }));

/** Panels with queries, rows left out. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** The expression as Grafana sends it with everything chosen. */
export function withEverything(expression: string): string {
  return expression.replaceAll('$model', '.*');
}

/** Which panel shows which alert, as it is committed. */
export const alertPanels = z
  .record(z.string(), z.object({ dashboard: z.string(), panel: z.number() }))
  .parse(JSON.parse(readFileSync(join(grafanaFolder, 'dashboards-index.json'), 'utf8')));
