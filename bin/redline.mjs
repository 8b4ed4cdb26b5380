#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(main))) {
  process.stderr.write('redline: not built yet. Run npm start (the demonstration) or npm run build.\n');
  process.exit(1);
}
await import(main.href);
