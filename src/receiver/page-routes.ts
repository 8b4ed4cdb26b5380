import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import { packageRoot } from '../platform/package-root.js';
import { requireReader } from './authentication.js';
import { HttpError } from './http-error.js';
import { only } from './methods.js';
import type { Services } from './services.js';

const alertName = /^[A-Za-z][A-Za-z0-9]{0,99}$/;

/** Health, metrics, and what each alert means. Only the metrics can be protected: the others tell nothing of this system. */
export function pageRoutes({ access, protectReads, metrics, families, notReady }: Services): Router {
  const router = Router();
  router
    .route('/-/healthy')
    .get((_request, response) => {
      response.json({ status: 'healthy' });
    })
    .all(only('GET'));
  router
    .route('/-/ready')
    .get((_request, response) => {
      const reason = notReady();
      if (reason !== undefined) throw new HttpError(503, reason);
      response.json({ status: 'ready' });
    })
    .all(only('GET'));
  router
    .route('/metrics')
    .get(requireReader(access, protectReads), async (_request, response) => {
      response.setHeader('Content-Type', metrics.contentType);
      response.end(await metrics.render(families()));
    })
    .all(only('GET'));
  router
    .route('/docs/alerts/:name')
    .get(async (request, response) => {
      const { name } = request.params;
      const page = alertPage(name, await readAlertPage(name));
      response.type('html').send(page);
    })
    .all(only('GET'));
  return router;
}

async function readAlertPage(name: string): Promise<string> {
  const missing = new HttpError(404, 'there is no such page');
  if (!alertName.test(name)) throw missing;
  try {
    return await readFile(join(packageRoot, 'docs', 'alerts', `${name}.md`), 'utf8');
  } catch {
    throw missing;
  }
}

/** The page as it was written: Markdown reads well as text. */
function alertPage(name: string, markdown: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${name}</title><pre style="white-space:pre-wrap;max-width:100ch">${escapeHtml(markdown)}</pre>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
