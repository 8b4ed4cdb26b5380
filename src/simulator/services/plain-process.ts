import { createServer, type RequestListener } from 'node:http';
import { listen, requestLimits } from '../../platform/http-server.js';
import { plainSettings } from './plain-settings.js';

// The model service or the frontend of the simulated trading system, a process of its own. It has nothing to do but to
// answer; it ends when it is told to, or when its simulator is gone.

const page = '<!doctype html>\n<html lang="en"><title>Trading system</title><p>Simulated.</p></html>\n';

const { kind, address, path } = plainSettings.parse(JSON.parse(process.argv[2] ?? ''));
process.title = `quantum-${kind.replace('_', '-')}-simulated`;
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const answer: RequestListener = ({ url }, response) => {
  const isKnown = url?.split('?', 1)[0] === path;
  const type = kind === 'frontend' ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(isKnown ? 200 : 404, { 'content-type': type });
  response.end(kind === 'frontend' ? page : `{"ok":${String(isKnown)}}`);
};

await listen(createServer(requestLimits, answer), address, `http.${kind}.url`);
process.send?.({});
