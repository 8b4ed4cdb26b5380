import { defineConfig } from 'vitest/config';

/** What only time can show; apart from the tests because it takes that time. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.soak.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 900_000,
    // They mostly wait.
    maxWorkers: 2,
  },
});
