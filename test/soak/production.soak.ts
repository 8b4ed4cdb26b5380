import { soak } from './healthy.js';

soak('production', 'redline:condition');
