import { defineConfig } from 'vitest/config';
import { evenly } from './test/support/evenly.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // Scenarios start real servers; unit tests end in milliseconds either way.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    sequence: { sequencer: evenly('/end-to-end/') },
  },
});
