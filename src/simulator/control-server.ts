import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { z } from 'zod';
import { errorMessage, UserError } from '../platform/errors.js';
import { parseFault } from './faults/faults.js';
import type { Simulator } from './simulator.js';

const faultRequest = z.strictObject({ fault: z.string() });

/** The simulator's HTTP control: GET /status, POST /fault {fault}, POST /calibrate, POST
 * /engine/restart. */
export function createControlServer(simulator: Simulator): Server {
  return createServer(controlApp(simulator));
}

function controlApp(simulator: Simulator): Express {
  const app = express();
  app.disable('x-powered-by');
  // JSON only, so that no form of a web page can post here.
  app.use(express.json({ limit: '4kb' }));
  app.get('/status', (_request, response) => {
    response.json(simulator.status);
  });
  app.post('/fault', async (request, response) => {
    const body = faultRequest.safeParse(request.body);
    if (!body.success) throw new UserError('The body must be JSON: {"fault": "action-collapse"}');
    response.json({ lines: await simulator.inject(parseFault(body.data.fault)) });
  });
  app.post('/calibrate', async (_request, response) => {
    response.json({ lines: await simulator.calibrate() });
  });
  app.post('/engine/restart', (_request, response) => {
    simulator.restartEngine();
    response.status(202).json({});
  });
  app.use((request, response) => {
    response
      .status(404)
      .json({ error: `${request.method} ${request.path} is nothing that the simulator does` });
  });
  app.use(answerError);
  return app;
}

const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  response.status(error instanceof UserError ? 400 : 503).json({ error: errorMessage(error) });
};
