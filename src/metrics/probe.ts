import { unixNow } from '../platform/clock.js';
import { Flaws } from '../readings/flaws.js';
import { LatencyHistogram } from '../readings/latency-histogram.js';
import type { HttpAnswer, HttpEndpoint, HttpOutcome, HttpQuestion } from '../sources/http-endpoint.js';
import type { CollectContext } from './collector.js';
import { exportProbe, probeFailures, type ProbeFailure } from './probe-metrics.js';
import { countProblems, Problems } from './problems.js';

/** What an answer amounts to. */
export interface ProbeVerdict<Reading> {
  /** undefined: it is as it should be */
  readonly failure: ProbeFailure | undefined;
  /** what it says, also where that is bad */
  readonly reading: Reading | undefined;
}

export interface ProbeOptions<Reading> {
  /** the label `target` */
  readonly target: string;
  readonly question: HttpQuestion;
  readonly endpoint: HttpEndpoint;
  /** @param flaws takes what is wrong with values; each is counted as an error of the collector */
  readonly judge: (answer: HttpAnswer, flaws: Flaws) => ProbeVerdict<Reading>;
}

/** How the last question ended. */
export interface ProbeResult<Reading> extends ProbeVerdict<Reading> {
  /** what is wrong with values of the answer */
  readonly flaws: Flaws;
  /** when it was asked, Unix seconds */
  readonly at: number;
  readonly outcome: HttpOutcome;
}

/** One question that is asked again and again beside the scrapes, which are told how the last one ended. */
export class Probe<Reading> {
  readonly target: string;
  readonly #options: ProbeOptions<Reading>;
  readonly #durations = new LatencyHistogram();
  readonly #failures = new Map<ProbeFailure, number>(probeFailures.map((reason) => [reason, 0]));
  readonly #problems = new Problems();
  #last: ProbeResult<Reading> | undefined;

  constructor(options: ProbeOptions<Reading>) {
    this.target = options.target;
    this.#options = options;
  }

  /** Undefined until the first question has ended. */
  get last(): ProbeResult<Reading> | undefined {
    return this.#last;
  }

  /** Asks once. */
  async run(): Promise<void> {
    const { endpoint, question } = this.#options;
    const at = unixNow();
    const outcome = await endpoint.ask(question);
    const flaws = new Flaws();
    const verdict = this.#judge(outcome, flaws);
    for (const { reason, detail } of flaws) this.#problems.note(reason, `${this.target}: ${detail}`);
    // A connection that is refused at once says nothing of how slow a service is, but would make its mean a fine one.
    if (outcome.answer !== undefined || outcome.failure?.reason === 'timeout')
      this.#durations.observe(outcome.duration);
    if (verdict.failure !== undefined)
      this.#failures.set(verdict.failure, (this.#failures.get(verdict.failure) ?? 0) + 1);
    this.#last = { at, outcome, flaws, ...verdict };
  }

  /** Sets on a page how the last question ended. */
  collect(context: CollectContext, collector: string): void {
    countProblems(context, collector, this.#problems.take());
    const last = this.#last;
    context.trace(this.target, () => last && traced(last));
    exportProbe(context, this.target, {
      last,
      durations: this.#durations.read(),
      failures: this.#failures,
    });
  }

  close(): void {
    this.#options.endpoint.close();
  }

  #judge({ answer, failure }: HttpOutcome, flaws: Flaws): ProbeVerdict<Reading> {
    if (answer === undefined) return { failure: failure?.reason ?? 'unreachable', reading: undefined };
    return this.#options.judge(answer, flaws);
  }
}

function traced<Reading>({ outcome, flaws, ...result }: ProbeResult<Reading>): unknown {
  const { answer, ...how } = outcome;
  return { ...result, flaws: [...flaws], ...how, status: answer?.status, body: answer?.text.slice(0, 1000) };
}
