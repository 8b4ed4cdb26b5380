import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { unitOf } from '../expressions.js';
import { dashboardLink } from '../links.js';
import type { StatPanel } from '../spec.js';
import { colour, mappingOf, onlyNamed } from '../states.js';
import { frame, type Alerts } from './frame.js';
import { instantTarget } from './targets.js';

/** What holds now, so big that it is read from afar. */
export function statPanel(spec: StatPanel, alerts: Alerts): Builder<Panel> {
  const builder = new PanelBuilder()
    .targets(spec.queries.map(instantTarget))
    .unit(spec.unit ?? unitOf(spec.queries[0]?.expr ?? ''))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .graphMode(BigValueGraphMode.None)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(BigValueTextMode.Auto)
    .noValue('unknown');
  if (spec.leadsTo !== undefined) builder.dataLinks([dashboardLink('Open its dashboard', spec.leadsTo)]);
  return frame(coloured(builder, spec), spec, alerts);
}

/** States by their colours on the whole tile; numbers are not judged here. */
function coloured(builder: PanelBuilder, { states }: StatPanel): PanelBuilder {
  if (states === undefined)
    return builder
      .colorMode(BigValueColorMode.None)
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colour.neutral));
  return builder
    .mappings([mappingOf(states)])
    .colorMode(BigValueColorMode.Background)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(onlyNamed());
}
