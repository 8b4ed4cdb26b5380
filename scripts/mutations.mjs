// npm run mutations: whether a test notices each small change of a rule.
import { runVitest } from './setup.mjs';

runVitest(['promtool'], 'vitest.mutations.config.ts');
