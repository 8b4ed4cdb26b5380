/** Resolves at the first SIGINT or SIGTERM; a second one ends the process the default way. */
export function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

/** Resolves when the signal is aborted, also where it was before. */
export function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    const tell = (): void => {
      resolve('aborted');
    };
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });
}
