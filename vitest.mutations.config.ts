import { defineConfig } from 'vitest/config';

/** Whether a test notices each small change of a rule; apart from the tests because it takes minutes of both processors. */
export default defineConfig({
  test: {
    include: ['test/mutations/**/*.mutations.ts'],
    testTimeout: 300_000,
    // Each file keeps two processors busy.
    maxWorkers: 1,
  },
});
