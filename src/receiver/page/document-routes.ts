import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import { packageRoot } from '../../platform/package-root.js';
import type { Ledger } from '../../rollback/ledger.js';
import { HttpError } from '../http-error.js';
import { only } from '../methods.js';
import type { IncidentFiles } from './incident-files.js';
import type { PanelLinks } from './panel-links.js';
import { sendPage } from './send-page.js';
import type { Visitors } from './visitors.js';

const alertName = /^[A-Za-z][A-Za-z0-9]{0,99}$/;

export interface Documents {
  readonly ledger: Pick<Ledger, 'state'>;
  readonly incidents: IncidentFiles;
  readonly panels: PanelLinks;
}

/** What each alert means, open to all as it tells nothing of this system; and the incident files, for who may read. */
export function documentRoutes(visitors: Visitors, { ledger, incidents, panels }: Documents): Router {
  const router = Router();
  router
    .route('/docs/alerts/:name')
    .get(async (request, response) => {
      const { name } = request.params;
      const text = await readAlertPage(name);
      // Loaded when it is asked for: the receiver must start fast.
      const { documentPage } = await import('../../reports/page/document-page.js');
      const links = panels.of(name).map((url) => ({ text: 'Panel in Grafana', url }));
      sendPage(response, documentPage(name, text, links, visitors.sessionOf(request)));
    })
    .all(only('GET'));
  router
    .route('/incidents/:id')
    .get(visitors.requireReader, async (request, response) => {
      const { id } = request.params;
      const text = ledger.state.rollbacks.has(id) ? await incidents.read(id) : undefined;
      if (text === undefined) throw new HttpError(404, 'there is no such incident file');
      const { documentPage } = await import('../../reports/page/document-page.js');
      sendPage(response, documentPage(`Incident ${id}`, text, [], visitors.sessionOf(request)));
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
