import { createContext, Script } from 'node:vm';
import { errorCode } from '../platform/errors.js';

/** Longest time for one match, milliseconds: an honest one takes far less, also on a busy machine. */
const matchLimit = 100;
/** After so much time no further match of the turn begins, milliseconds. */
const turnLimit = 200;
/** A match that took too long is tried again so often: the machine may have paused. */
const attempts = 3;
/** Answers that are remembered. */
const remembered = 10_000;

const script = new Script('new RegExp(pattern, flags).test(value)');

/**
 * Matches expressions that strangers wrote: whoever may write a silence chooses its expression, and none may hold up the
 * receiver. Answers are remembered, as the same questions come again and again.
 */
export class ExpressionMatcher {
  readonly #question = { pattern: '', flags: '', value: '' };
  readonly #context = createContext(this.#question);
  readonly #answers = new Map<string, boolean | undefined>();
  readonly #timeouts = new Map<string, number>();
  #spent = 0;

  /** Begins a turn: what took too long in the one before is forgiven, what was found out is kept. */
  begin(): void {
    this.#spent = 0;
    if (this.#answers.size + this.#timeouts.size <= remembered) return;
    this.#answers.clear();
    this.#timeouts.clear();
  }

  /**
   * Whether an expression, anchored as Alertmanager anchors it, matches.
   * @returns undefined where that cannot be told: only RE2 understands it, or it takes too long
   */
  matches(expression: string, value: string): boolean | undefined {
    const key = JSON.stringify([expression, value]);
    if (this.#answers.has(key)) return this.#answers.get(key);
    if (this.#spent >= turnLimit) return undefined;
    const start = performance.now();
    try {
      const answer = this.#ask(expression, value);
      this.#answers.set(key, answer);
      return answer;
    } catch (error) {
      this.#noteFailure(key, errorCode(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT');
      return undefined;
    } finally {
      this.#spent += performance.now() - start;
    }
  }

  #noteFailure(key: string, wasTimeout: boolean): void {
    const timeouts = (this.#timeouts.get(key) ?? 0) + 1;
    if (wasTimeout && timeouts < attempts) this.#timeouts.set(key, timeouts);
    else this.#answers.set(key, undefined);
  }

  #ask(expression: string, value: string): boolean {
    // The one group of flags that people use; JavaScript takes it apart from the expression.
    const isCaseless = expression.startsWith('(?i)');
    this.#question.pattern = `^(?:${isCaseless ? expression.slice(4) : expression})$`;
    this.#question.flags = isCaseless ? 'iu' : 'u';
    this.#question.value = value;
    return script.runInContext(this.#context, { timeout: matchLimit }) === true;
  }
}
