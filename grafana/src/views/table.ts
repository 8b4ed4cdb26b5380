import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  ThresholdsMode,
  type DynamicConfigValue,
  type Panel,
  type ThresholdsConfig,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { documentationLink } from '../links.js';
import type { Column, TablePanel } from '../spec.js';
import { absentAs, colour, mappingOf } from '../states.js';
import { frame, type Alerts } from './frame.js';
import { tableTarget } from './targets.js';

/** What holds now, a row for each set of labels. */
export function tablePanel(spec: TablePanel, alerts: Alerts): Builder<Panel> {
  const { columns, expressions, sortedBy } = spec;
  const builder = new PanelBuilder()
    .targets(expressions.map(tableTarget))
    .noValue(spec.empty)
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortedBy).desc(true)])
    // Rows of several queries with the same labels are one.
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: columns.map(({ field }) => field) } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(columns.map((column) => [column.field, titleOf(column)])),
        excludeByName: {},
      },
    });
  for (const column of columns) {
    const properties = propertiesOf(column);
    if (properties.length > 0) builder.overrideByName(titleOf(column), properties);
  }
  return frame(builder, spec, alerts);
}

/** How the column is called. */
function titleOf({ field, title }: Column): string {
  return title ?? field;
}

function propertiesOf({ unit, states, absent, redFrom, isAlert }: Column): DynamicConfigValue[] {
  const mappings = [
    ...(states === undefined ? [] : [mappingOf(states)]),
    ...(absent === undefined ? [] : [absentAs(absent)]),
  ];
  return [
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(mappings.length === 0 ? [] : [{ id: 'mappings', value: mappings }]),
    ...(redFrom === undefined ? [] : [{ id: 'thresholds', value: redAbove(redFrom) }]),
    ...(states === undefined && redFrom === undefined
      ? []
      : [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }]),
    ...(isAlert === true
      ? [{ id: 'links', value: [documentationLink('${__value.raw}').title('What it means').build()] }]
      : []),
  ];
}

function redAbove(value: number): ThresholdsConfig {
  return {
    mode: ThresholdsMode.Absolute,
    steps: [
      { value: null, color: colour.good },
      { value, color: colour.critical },
    ],
  };
}
