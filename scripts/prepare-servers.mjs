// Fetches every server and tool that the tests and benchmarks use.
import { ensurePrograms, programs } from './setup.mjs';

ensurePrograms(Object.keys(programs));
