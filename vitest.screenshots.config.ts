import { defineConfig } from 'vitest/config';

/** The pictures of the documentation: `npm run screenshots`. */
export default defineConfig({
  test: {
    include: ['test/screenshots/**/*.screenshots.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
