import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { rollbackSchema, type Rollback } from '../../src/deployments/rollback.js';
import { listen } from '../../src/platform/http-server.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { poll } from '../../src/platform/poll.js';
import { Demo } from '../support/demo.js';
import { quantile, report, reportMachine } from './measure.js';

const runs = 20;

reportMachine();

/**
 * From the violation written to Redis to the first method of the plan started; and, in the same run, to the arrival of the
 * same alert at a webhook that does nothing, which is what Prometheus and Alertmanager need without Redline.
 */
describe('violation written -> rollback script started', () => {
  it.each(['1s', '5s'])('over 20 runs, scraped and evaluated every %s', async (interval) => {
    const demo = await Demo.start({ environment: { REDLINE_PROMETHEUS_SCRAPE_INTERVAL: interval } });
    const arrivals = await trivialWebhook(demo);
    const starts = noteScriptStarts(demo);
    const toScript: number[] = [];
    const toWebhook: number[] = [];
    for (let run = 0; run < runs; run++) {
      await demo.redline('inject', 'none');
      expect(await demo.redline('canary', 'activate', '--model', 'patchtst')).toMatchObject({ code: 0 });
      // Anywhere within the interval of scrape and evaluation, as violations come.
      await delay(Math.random() * 1000 * Number.parseInt(interval, 10));
      const before = await newestRollback(demo);
      const since = Date.now() / 1000;
      await demo.redline('inject', 'action-collapse');
      const finished = await poll(async () => {
        const newest = await newestRollback(demo);
        return newest?.id !== before?.id && newest?.ended_at !== null ? newest : undefined;
      }, 60);
      const written = await injectedAt(demo);
      expect(written).toBeGreaterThan(since);
      const arrived = await poll(() => arrivals.find((at) => at > written), 30);
      expect(finished?.result).toBe('succeeded');
      toScript.push((starts().find((at) => at > written) ?? Number.NaN) - written);
      toWebhook.push((arrived ?? Number.NaN) - written);
    }
    const extra = toScript.map((seconds, run) => seconds - (toWebhook[run] ?? Number.NaN));
    report(`every ${interval}: to the script   ${distribution(toScript)}`);
    report(`every ${interval}: to the webhook  ${distribution(toWebhook)}`);
    report(`every ${interval}: Redline's part  ${distribution(extra)}`);
    expect(toScript.every((seconds) => Number.isFinite(seconds))).toBe(true);
  });
});

function distribution(seconds: readonly number[]): string {
  const at = (value: number) => value.toFixed(2);
  return `p50 ${at(quantile(seconds, 0.5))}  p90 ${at(quantile(seconds, 0.9))}  max ${at(Math.max(...seconds))} s`;
}

async function get<T>(demo: Demo, path: string, schema: z.ZodType<T>): Promise<T> {
  const { host, port } = demo.config.receiver.listen;
  const response = await fetch(`http://${host}:${port}${path}`);
  return schema.parse(await response.json());
}

async function newestRollback(demo: Demo): Promise<Rollback | undefined> {
  const { rollbacks } = await get(demo, '/api/rollbacks', z.object({ rollbacks: z.array(rollbackSchema) }));
  return rollbacks[0];
}

/** When the last fault was injected, as the simulator noted it just before it wrote the events. */
async function injectedAt(demo: Demo): Promise<number> {
  const notes = z.object({ notes: z.array(z.object({ at: z.number(), kind: z.string() })) });
  const response = await fetch(`${await demo.simulatorUrl()}/status`);
  return (
    notes.parse(await response.json()).notes.findLast(({ kind }) => kind === 'injected')?.at ?? Number.NaN
  );
}

/** Lets the rollback script note the moment at which it runs. @returns the moments so far, Unix seconds */
function noteScriptStarts(demo: Demo): () => number[] {
  const script = join(demo.config.files.root, 'ops', 'model_safety', 'qsc_rollback.sh');
  const notes = join(demo.directory, 'script-starts');
  const wrapped = join(packageRoot, 'rollback', 'qsc.sh');
  rmSync(script);
  writeFileSync(script, `#!/bin/bash\necho "$EPOCHREALTIME" >> '${notes}'\nexec '${wrapped}' "$@"\n`, {
    mode: 0o755,
  });
  return () => readFileSync(notes, 'utf8').trimEnd().split('\n').map(Number);
}

/** Adds a webhook that only notes when a firing rollback alert arrived, beside the receiver's route. */
async function trivialWebhook(demo: Demo): Promise<number[]> {
  const arrivals: number[] = [];
  const server: Server = createServer((request, response) => {
    const at = Date.now() / 1000;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (Buffer.concat(chunks).includes('"status":"firing"')) arrivals.push(at);
      response.end();
    });
  });
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 }, 'the bench');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const path = join(demo.config.state.directory, 'alertmanager', 'alertmanager.yml');
  const file = z
    .looseObject({
      route: z.looseObject({ routes: z.array(z.looseObject({})) }),
      receivers: z.array(z.looseObject({})),
    })
    .parse(parse(readFileSync(path, 'utf8')));
  const rollbackRoute = file.route.routes.find((route) => JSON.stringify(route).includes('rollback=~'));
  file.route.routes.unshift({ ...rollbackRoute, receiver: 'trivial', continue: true });
  file.receivers.push({ name: 'trivial', webhook_configs: [{ url: `http://127.0.0.1:${port}/` }] });
  writeFileSync(path, stringify(file));
  const reloaded = await fetch(`${demo.config.alertmanager.url}/-/reload`, { method: 'POST' });
  expect(reloaded.status).toBe(200);
  return arrivals;
}
