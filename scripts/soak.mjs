// npm run soak: ten healthy minutes through the real programs.
import { runVitest } from './setup.mjs';

runVitest(['redis-server', 'prometheus', 'alertmanager'], 'vitest.soak.config.ts');
