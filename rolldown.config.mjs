import { defineConfig } from 'rolldown';

// One file for what a program needs at its start: finding and reading hundreds costs more than half a second.
export default defineConfig({
  input: {
    main: 'src/main.ts',
    'rollback/supervisor': 'src/rollback/supervisor.ts',
    'simulator/units/engine': 'src/simulator/units/engine.ts',
    'simulator/units/harvest': 'src/simulator/units/harvest.ts',
  },
  platform: 'node',
  external: ['dbus-native', 'ioredis', 'systeminformation'],
  output: { dir: '.redline/b2', format: 'esm', sourcemap: true, cleanDir: true },
});
