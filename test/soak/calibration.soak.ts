import { soak } from './healthy.js';

soak('calibration', 'redline:calibration_reading');
