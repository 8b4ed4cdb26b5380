import { exporterMetric } from '../names.js';
import { gauge } from './metric.js';

// Metrics that several collectors set, each for series of its own. Each of those lists them among its metrics.

export const inputTimestamp = gauge({
  name: exporterMetric.inputTimestamp,
  help: 'Time of the newest data of an input that deployments are judged by; for what carries no time, when it was last read; absent while unknown.',
  unit: 'seconds',
  source: 'stream ids, timestamps in values, or the time of the read',
  labels: ['input'],
});

export const exists = gauge({
  name: exporterMetric.fileExists,
  help: 'Whether the file is there; absent where that cannot be told.',
  unit: 'boolean',
  source: 'files of the configuration',
  labels: ['file'],
});

export const valid = gauge({
  name: exporterMetric.fileValid,
  help: 'Whether the file holds what it should: weights are a JSON object of finite non-negative numbers, at least one, a calibration is a JSON object, the configuration of a go-live is a YAML mapping; 0 also where it is missing or cannot be read.',
  unit: 'boolean',
  source: 'files of the configuration',
  labels: ['file'],
});

export const modified = gauge({
  name: exporterMetric.fileModified,
  help: 'When the file was changed last, Unix seconds; absent where there is none.',
  unit: 'seconds',
  source: 'files of the configuration',
  labels: ['file'],
});

export const redisKeyExists = gauge({
  name: exporterMetric.redisKeyExists,
  help: 'Whether Redis has the key; absent while Redis does not answer. The label is the key’s name in the configuration.',
  unit: 'boolean',
  source: 'redis.keys of the configuration',
  labels: ['key'],
});

export const collectionLength = gauge({
  name: exporterMetric.collectionLength,
  help: 'Entries of a list or stream; 0 where it is absent.',
  unit: 'entries',
  source: 'LLEN or XLEN of the key',
  labels: ['collection'],
});

export const collectionChanged = gauge({
  name: exporterMetric.collectionChanged,
  help: 'When a list or stream last took a new entry: a stream by its last id, a list by when its newest entry was first seen; absent while unknown.',
  unit: 'seconds',
  source: 'the newest entry of the key',
  labels: ['collection'],
});
