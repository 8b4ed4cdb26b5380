// npm run bench: measures the figures of docs/figures.md. Arguments choose files: npm run bench -- scrape
import { programs, runVitest } from './setup.mjs';

runVitest(Object.keys(programs), 'vitest.bench.config.ts');
