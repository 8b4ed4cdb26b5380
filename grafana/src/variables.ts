import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  ConstantVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { exporterMetric } from '../../src/names.js';
import { dataSource, dataSourceUid, dataSourceVariable, modelVariable, receiverVariable } from './names.js';

/**
 * What a person can choose on a dashboard.
 * @param receiver where the receiver is reached by a browser, without a path
 */
export function variables(receiver: string, hasModels: boolean): Builder<VariableModel>[] {
  return [
    new DatasourceVariableBuilder(dataSourceVariable)
      .label('Prometheus')
      .type('prometheus')
      .current({ text: 'Prometheus', value: dataSourceUid }),
    ...(hasModels ? [models()] : []),
    receiverConstant(receiver),
  ];
}

function models(): QueryVariableBuilder {
  const query = `label_values(${exporterMetric.modelPredictions}, model)`;
  return new QueryVariableBuilder(modelVariable)
    .label('Model')
    .datasource(dataSource)
    .query({ query, refId: 'models' })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] });
}

/** Not to be changed by a link: what a panel leads to is the receiver's, and nobody else's. */
function receiverConstant(address: string): Builder<VariableModel> {
  const constant = new ConstantVariableBuilder(receiverVariable)
    .label('Receiver')
    .description('Where the receiver is reached: the links to the documentation lead there.')
    .value(address)
    .build();
  return {
    build: () => ({
      ...constant,
      current: { text: address, value: address },
      hide: VariableHide.HideVariable,
      skipUrlSync: true,
    }),
  };
}
