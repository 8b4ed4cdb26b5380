/** Most steps that are kept of one run, and most characters of one step. */
const mostSteps = 200;
const longestStep = 20_000;

/** One step of a run, as /debug/collector/<name> shows it. */
export interface TraceStep {
  /** seconds since the run began */
  readonly at: number;
  readonly step: string;
  readonly value: unknown;
}

/** Takes down the steps of one run, bounded in number and size. */
export class Trace {
  readonly steps: TraceStep[] = [];
  readonly #began = performance.now();

  note(step: string, value: unknown): void {
    if (this.steps.length >= mostSteps) return;
    const at = (performance.now() - this.#began) / 1000;
    this.steps.push({ at, step, value: bounded(value) });
  }
}

function bounded(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (_key, inner: unknown) =>
    inner instanceof Map ? [...inner] : inner,
  );
  return text.length <= longestStep
    ? (JSON.parse(text) as unknown)
    : `${text.slice(0, longestStep)}... (${text.length} characters)`;
}
