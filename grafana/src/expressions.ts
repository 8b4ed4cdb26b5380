/** `by (a, b)` of the first aggregation. */
const grouping = /\bby \(([^)]*)\)/;
const metricName = /[A-Za-z_][\w:]*(?=[{[)\s]|$)/g;
/** One deployment of a kind is observed at a time: its id in every legend would say nothing. A quantile has no bucket. */
const unspoken = new Set(['deployment', 'state', 'le']);

/** Labels by which an expression is aggregated, as far as a legend should name them. */
export function labelsOf(expression: string): string[] {
  const [, list = ''] = grouping.exec(expression) ?? [];
  return list
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '' && !unspoken.has(label));
}

/** Metrics that are points in time: by their suffix, and recorded ones without it. */
const pointsInTime = /_timestamp_seconds\b|\bredline:(?:deployment_start|calibration_settled)\b/;

/** A difference of two points is none, nor is a comparison that says 1 or 0. */
const noPoint = /\btime\(\)| - |\bbool\b/;

/** Whether the expression yields a point in time, Unix seconds, and not how long ago it was. */
export function isPointInTime(expression: string): boolean {
  return pointsInTime.test(expression) && !noPoint.test(expression);
}

/** Whether the expression has only the labels by which it aggregates. */
export function isAggregated(expression: string): boolean {
  return /\b(?:max|min|sum|avg|count|group)\b/.test(expression);
}

/** Grafana's unit of an expression, by the base unit at the end of its metrics' names. */
export function unitOf(expression: string): string {
  if (isPointInTime(expression)) return 'dateTimeAsIso';
  if (expression.includes('time() -')) return 's';
  if (/\bbool\b/.test(expression)) return 'short';
  const names = expression.match(metricName) ?? [];
  const ends = (end: string): boolean => names.some((name) => name.endsWith(end));
  if (ends('_ratio') || ends(':ratio')) return 'percentunit';
  if (ends('_seconds') || ends('_seconds_bucket')) return 's';
  if (ends('_bytes')) return 'bytes';
  return 'short';
}
