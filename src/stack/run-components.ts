import { once } from 'node:events';
import type { Screen } from './screen.js';
import { Supervisor, type Component } from './supervisor.js';

export interface Run {
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
  /** in the order of their start; `where` is shown to the person */
  readonly components: readonly { readonly component: Component; readonly where: string }[];
  /** called when all are ready; what it does ends at the interruption */
  readonly whenReady: () => Promise<void>;
}

/**
 * Starts programs one after the other, keeps them running until interrupted, and ends them all, also after a failure.
 * @throws UserError when one does not start
 */
export async function runComponents({ screen, interrupted, components, whenReady }: Run): Promise<void> {
  const supervisor = new Supervisor((text) => {
    screen.line(text);
  });
  try {
    for (const { component, where } of components) {
      if (interrupted.aborted) return;
      screen.status(`starting ${component.name} ...`);
      await supervisor.start(component);
      screen.line(`  ${component.name.padEnd(13)} ${where}`);
    }
    await whenReady();
    if (!interrupted.aborted) await once(interrupted, 'abort');
  } finally {
    screen.status('ending every program ...');
    await supervisor.stop();
    screen.close();
    screen.line('Everything has ended.');
  }
}
