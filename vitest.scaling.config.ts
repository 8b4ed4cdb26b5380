import { defineConfig } from 'vitest/config';

/** Several machines, as network namespaces, with the real programs; apart from the tests because it needs root and minutes. */
export default defineConfig({
  test: {
    include: ['test/scaling/**/*.trial.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 120_000,
    // Both use the same network.
    maxWorkers: 1,
    fileParallelism: false,
  },
});
