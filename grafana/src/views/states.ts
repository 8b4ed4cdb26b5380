import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { StatesPanel } from '../spec.js';
import { mappingOf, onlyNamed } from '../states.js';
import { frame, type Alerts } from './frame.js';
import { rangeTarget } from './targets.js';

/** Bands of states over time, one for each series. */
export function statesPanel(spec: StatesPanel, alerts: Alerts): Builder<Panel> {
  const builder = new PanelBuilder()
    .targets(spec.queries.map(rangeTarget))
    .mappings([mappingOf(spec.states)])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(onlyNamed())
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(false),
    );
  return frame(builder, spec, alerts);
}
