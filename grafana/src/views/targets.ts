import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { dataSource } from '../names.js';
import type { Query } from '../spec.js';

/** A, B, C ...: by which transformations and overrides name a query. */
export function refIdOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().datasource(dataSource).refId(refIdOf(index)).expr(expr).legendFormat(legend);
}

/** An expression over the time that the dashboard shows. */
export function rangeTarget(query: Query, index: number): DataqueryBuilder {
  return target(query, index).range();
}

/** An expression at the end of the time that the dashboard shows. */
export function instantTarget(query: Query, index: number): DataqueryBuilder {
  return target(query, index).instant();
}

/** The same as rows, with a column for each label. */
export function tableTarget(expr: string, index: number): DataqueryBuilder {
  return instantTarget({ expr, legend: '' }, index).format(PromQueryFormat.Table);
}
