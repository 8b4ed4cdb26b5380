import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Panel,
  type Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { unitOf } from '../expressions.js';
import type { GraphPanel, Query } from '../spec.js';
import { frame, type Alerts } from './frame.js';
import { rangeTarget } from './targets.js';

/** A limit that is a number: a horizontal line. */
export interface Line {
  readonly value: number;
  readonly colour: string;
}

/** Lines over time, and horizontal ones for limits. */
export function lineGraph(unit: string, queries: readonly Query[], lines: readonly Line[]): PanelBuilder {
  const builder = new PanelBuilder()
    .targets(queries.map(rangeTarget))
    .unit(unit)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never)
    // A gap is a time that nobody measured: bridged over a lost scrape, and no longer.
    .spanNulls(30_000)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  return lines.length === 0 ? builder : withLines(builder, lines);
}

export function graphPanel(spec: GraphPanel, alerts: Alerts): Builder<Panel> {
  const unit = spec.unit ?? unitOf(spec.queries[0]?.expr ?? '');
  return frame(lineGraph(unit, spec.queries, []), spec, alerts);
}

/** The axis reaches a little beyond the lines, so that a limit is seen before it is near. */
function withLines(builder: PanelBuilder, lines: readonly Line[]): PanelBuilder {
  const values = lines.map(({ value }) => value);
  const margin = Math.max(...values.map(Math.abs)) / 10;
  const unseen: Threshold = { value: null, color: 'transparent' };
  const steps = [...lines]
    .sort((a, b) => a.value - b.value)
    .map(({ value, colour: color }) => ({ value, color }));
  return builder
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([unseen, ...steps]))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .axisSoftMin(Math.min(...values) - margin)
    .axisSoftMax(Math.max(...values) + (margin === 0 ? 1 : margin));
}
