import { createServer } from 'node:http';
import { unixNow } from '../../platform/clock.js';
import { listen, requestLimits } from '../../platform/http-server.js';
import { Random } from '../random.js';
import { backendApp } from './backend-app.js';
import { BackendMetrics } from './backend-metrics.js';
import { Backend } from './backend.js';
import { backendConduct } from './conduct.js';
import { RateWindow } from './rate-window.js';
import { backendSettings } from './settings.js';

// The backend of the simulated trading system, a process of its own: as it starts it reads its configuration, and its
// counters begin anew. The simulator tells it how to behave. It ends when it is told to, or when its simulator is gone.

const pulseMs = 250;
/** How often it looks whether the model service answers, milliseconds. */
const modelCheckMs = 2000;
const modelTimeoutMs = 1000;
/** Requests a minute. */
const rateLimit = 120;

process.title = 'quantum-backend-simulated';
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const { address, paths, modelUrl, files, seed } = backendSettings.parse(JSON.parse(process.argv[2] ?? ''));
const backend = new Backend({
  files,
  metrics: new BackendMetrics(),
  limit: new RateWindow(rateLimit),
  random: new Random(seed),
  startedAt: unixNow(),
});
process.on('message', (message) => {
  backend.adopt(backendConduct.parse(message));
});

let modelAnswers = true;
setInterval(() => {
  backend.pulse(unixNow(), modelAnswers);
}, pulseMs);
setInterval(() => void askModel(), modelCheckMs);

const server = createServer(requestLimits, backendApp({ backend, paths, askModel }));
await listen(server, address, 'http.backend.url');
process.send?.({ activationEnabled: backend.activationEnabled });

async function askModel(): Promise<boolean> {
  if (modelUrl === '') return true;
  try {
    const response = await fetch(modelUrl, { signal: AbortSignal.timeout(modelTimeoutMs) });
    await response.arrayBuffer();
    modelAnswers = response.ok;
  } catch {
    modelAnswers = false;
  }
  return modelAnswers;
}
