import { createContext, Script } from 'node:vm';

/** Longest time for one match, milliseconds. */
const matchLimit = 10;
/** Longest time for all matches of one turn, milliseconds. */
const turnLimit = 50;
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
  #spent = 0;

  /** Begins a turn: what took too long in the one before is forgiven, what was found out is kept. */
  begin(): void {
    this.#spent = 0;
    if (this.#answers.size > remembered) this.#answers.clear();
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
    const answer = this.#ask(expression, value);
    this.#spent += performance.now() - start;
    this.#answers.set(key, answer);
    return answer;
  }

  #ask(expression: string, value: string): boolean | undefined {
    // The one group of flags that people use; JavaScript takes it apart from the expression.
    const isCaseless = expression.startsWith('(?i)');
    this.#question.pattern = `^(?:${isCaseless ? expression.slice(4) : expression})$`;
    this.#question.flags = isCaseless ? 'iu' : 'u';
    this.#question.value = value;
    try {
      return script.runInContext(this.#context, { timeout: matchLimit }) === true;
    } catch {
      return undefined;
    }
  }
}
