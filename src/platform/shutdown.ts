/** Resolves at the first SIGINT or SIGTERM; a second one ends the process the default way. */
export function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
