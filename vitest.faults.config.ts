import { defineConfig } from 'vitest/config';
import { first } from './test/support/first.js';

/** What goes wrong at three in the morning, with the real programs; apart from the tests because it takes minutes. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.faults.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 420_000,
    hookTimeout: 60_000,
    // They mostly wait.
    maxWorkers: 4,
    sequence: { sequencer: first(['alertmanager-down', 'many-alerts', 'receiver-killed', 'duplicates']) },
  },
});
