import { afterAll, beforeAll, describe } from 'vitest';
import { PrivateSystemd, systemdUnavailable } from './private-systemd.js';

/**
 * Tests against a systemd of their own, shared by the suite. Skipped, and the reason said, where none can run.
 * @param tests gets a function that returns the systemd once the tests run
 */
export function describeWithSystemd(name: string, tests: (systemd: () => PrivateSystemd) => void): void {
  if (systemdUnavailable !== undefined) {
    process.stderr.write(`Skipped: ${name}: ${systemdUnavailable}\n`);
    describe.skip(`${name} (${systemdUnavailable})`, () => {
      tests(notStarted);
    });
    return;
  }
  describe(name, () => {
    let systemd: PrivateSystemd | undefined;
    beforeAll(async () => {
      systemd = await PrivateSystemd.start();
    });
    afterAll(async () => {
      await systemd?.stop();
    });
    tests(() => systemd ?? notStarted());
  });
}

function notStarted(): never {
  throw new Error('the private systemd has not been started');
}
