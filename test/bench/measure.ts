import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Value at a quantile (0-1) of unsorted numbers, by the nearest rank. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(at * sorted.length) - 1)] ?? Number.NaN;
}

/** CPU time that a process has used, seconds (Linux counts in hundredths). */
export function cpuSeconds(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '';
  const fields = afterName.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process, MB. */
export function residentMegabytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]) / 1024;
}

/** A line of figures, for a person to read. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The machine that measured: figures mean nothing without it. */
export function reportMachine(): void {
  const [first] = cpus();
  report(
    `\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${first?.model ?? '?'}, Node ${process.version}`,
  );
}

/** `p50 1.20  p99 3.40  max 5.00 ms` of durations in milliseconds. */
export function distribution(milliseconds: readonly number[]): string {
  const at = (value: number) => value.toFixed(2);
  return `p50 ${at(quantile(milliseconds, 0.5))}  p99 ${at(quantile(milliseconds, 0.99))}  max ${at(Math.max(...milliseconds))} ms`;
}
