const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, or when nobody reads standard output any more. Further signals are
 * ignored: Ctrl-C reaches this process twice where npm or npx passes it on, and what was started must be ended first.
 */
export function untilInterrupted(): AbortSignal {
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  for (const signal of signals) process.on(signal, interrupt);
  process.stdout.on('error', interrupt);
  return interruption.signal;
}
