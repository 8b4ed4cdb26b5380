import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until there is an answer.
 * @param ask returns the answer, or undefined while there is none yet
 * @param timeoutSeconds how long to go on asking
 * @param intervalSeconds pause between two questions
 * @returns the answer, or undefined when time is up
 */
export async function poll<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutSeconds: number,
  intervalSeconds = 0.1,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) return undefined;
    await delay(intervalSeconds * 1000);
  }
}
