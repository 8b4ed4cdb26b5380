/** What was asked for the page: known as of a time (Unix seconds), or unknown and why. Old values never pass for new ones. */
export type Answer<T> =
  | { readonly state: 'known'; readonly at: number; readonly value: T }
  | { readonly state: 'unknown'; readonly reason: string };

/** The value; undefined where nobody said. */
export function valueOfAnswer<T>(answer: Answer<T>): T | undefined {
  return answer.state === 'known' ? answer.value : undefined;
}
