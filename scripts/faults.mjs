// npm run faults: everything that goes wrong, with the real programs. Arguments choose files: npm run faults -- reload
import { runVitest } from './setup.mjs';

runVitest(['redis-server', 'prometheus', 'alertmanager'], 'vitest.faults.config.ts');
