/**
 * What makes two words of one alert the same: its labels and its start.
 * @param startsAt Unix seconds; Alertmanager keeps what it is told, to the millisecond
 */
export function alertKey(labels: Readonly<Record<string, string>>, startsAt: number): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, Math.round(startsAt * 1000)]);
}
