import { errorMessage, UserError } from '../platform/errors.js';
import { packageVersion } from '../platform/package-root.js';
import { acceptsGzip, preferredFormat } from './accept.js';
import type { Exporter } from './exporter.js';
import { contentTypes } from './page.js';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  /** of the body; undefined: it is as it is */
  readonly encoding?: 'gzip';
}

/** The part of a request that matters. */
export interface Question {
  readonly method: string;
  readonly path: string;
  readonly header: (name: string) => string | undefined;
}

/** What the routes answer from. */
export interface RouteContext {
  readonly exporter: Exporter;
  /** reads the configuration anew; throws UserError where it cannot be used */
  readonly reload: () => Promise<void>;
}

/** How much earlier than Prometheus gives up the page is sent, seconds; half of its patience where that is shorter. */
const margin = 0.25;

const debugPath = '/debug/collector/';

/** Paths that tell nothing and are asked by programs without a secret. */
export const openPaths: ReadonlySet<string> = new Set(['/-/healthy', '/-/ready']);

/** Answers one request; undefined where nothing stands at that path. */
export async function answer(question: Question, context: RouteContext): Promise<Answer | undefined> {
  const { method, path } = question;
  if (path === '/-/reload') return method === 'POST' ? reload(context) : plain(405, 'POST to reload\n');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET\n');
  if (path === '/metrics') return metrics(question, context);
  if (path === '/-/healthy') return plain(200, 'healthy\n');
  if (path === '/-/ready') return plain(200, 'ready\n');
  if (path === '/') return landingPage(context);
  if (path.startsWith(debugPath)) return debug(path.slice(debugPath.length), context);
  return undefined;
}

/** Plain text. */
export function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

async function metrics({ header }: Question, { exporter }: RouteContext): Promise<Answer> {
  const page = await exporter.collect(patience(header('x-prometheus-scrape-timeout-seconds')));
  const format = preferredFormat(header('accept'));
  const answered = { status: 200, type: contentTypes[format] };
  return acceptsGzip(header('accept-encoding'))
    ? { ...answered, encoding: 'gzip', body: page.renderCompressed(format) }
    : { ...answered, body: page.render(format) };
}

/** Seconds; without the header whoever asks is taken to have all the time. */
function patience(header: string | undefined): number {
  const seconds = Number(header);
  if (header === undefined || !Number.isFinite(seconds) || seconds <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(seconds - margin, seconds / 2);
}

async function reload({ reload: readAnew }: RouteContext): Promise<Answer> {
  try {
    await readAnew();
    return plain(200, 'reloaded\n');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return plain(400, `not reloaded, the old configuration stays: ${errorMessage(error)}\n`);
  }
}

async function debug(name: string, { exporter }: RouteContext): Promise<Answer> {
  const report = await exporter.report(name);
  if (report === undefined) {
    return plain(404, `There is no such collector. There are: ${exporter.collectors.join(', ')}\n`);
  }
  return { status: 200, type: 'application/json', body: `${JSON.stringify(report, undefined, 2)}\n` };
}

function landingPage({ exporter }: RouteContext): Answer {
  const links = exporter.collectors.map((name) => `<li><a href="${debugPath}${name}">${name}</a></li>`);
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Redline exporter</title></head>
<body>
<h1>Redline exporter ${packageVersion}</h1>
<p><a href="/metrics">Metrics</a></p>
<p>What one collector read, did and yields:</p>
<ul>
${links.join('\n')}
</ul>
</body>
</html>
`;
  return { status: 200, type: 'text/html; charset=utf-8', body };
}
