import { soak } from './healthy.js';

soak('canary', 'quantum:model_gate:violation{window="canary"}');
