import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatAddress } from '../../src/platform/http-server.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { launchBrowser } from '../support/browser.js';
import { Demo } from '../support/demo.js';

/** The pictures of docs/status-page.md, of a demonstration that really runs. */
const images = join(packageRoot, 'docs', 'images');
/** Bytes that a picture may have: whoever reads the documentation fetches them all. */
const largest = 200_000;
const desk = { viewport: { width: 1100, height: 1180 } };
const hand = { viewport: { width: 360, height: 780 }, isMobile: true, deviceScaleFactor: 2 };

const folder = mkdtempSync(join(tmpdir(), 'redline-'));
let demo: Demo;
let browser: Browser;
let url: string;

beforeAll(async () => {
  mkdirSync(images, { recursive: true });
  [demo, browser] = await Promise.all([Demo.launch(folder, { canary: true }), launchBrowser()]);
  url = `http://${formatAddress(demo.config.receiver.listen)}`;
});

afterAll(async () => {
  await browser.close();
  await demo.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: BrowserContextOptions, path = '/'): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url + path);
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  const path = join(images, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  await page.context().close();
  expect(statSync(path).size, name).toBeLessThan(largest);
}

it('of a canary under observation: light, dark, and in a hand', async () => {
  for (const [name, options] of [
    ['status-light', { ...desk, colorScheme: 'light' }],
    ['status-dark', { ...desk, colorScheme: 'dark' }],
    ['status-phone', { ...hand, colorScheme: 'light' }],
  ] as const) {
    const page = await open(options);
    // Until there is a history to be seen.
    await page
      .getByText(/[2-9]m \d\ds ago/)
      .first()
      .waitFor({ timeout: 240_000 });
    await page.locator('tr .spark .curve').first().waitFor({ timeout: 120_000 });
    await page.locator('.boxes .ticked').first().waitFor({ timeout: 120_000 });
    await take(page, name);
  }
});

it('of a critical alert, red first', async () => {
  expect(await demo.redline('inject', 'redis-down')).toMatchObject({ code: 0 });
  const page = await open({ viewport: { width: 1100, height: 860 }, colorScheme: 'light' });
  await page.getByRole('heading', { name: /critical alert/ }).waitFor({ timeout: 120_000 });
  await page.locator('tr.bad').first().waitFor({ timeout: 60_000 });
  await take(page, 'critical');
  expect(await demo.redline('inject', 'none')).toMatchObject({ code: 0 });
  const healed = await open(desk);
  await healed.getByRole('heading', { name: /All quiet/ }).waitFor({ timeout: 120_000 });
  await healed.context().close();
});

it('of a rollback: desk and hand', async () => {
  expect(await demo.redline('inject', 'action-collapse')).toMatchObject({ code: 0 });
  for (const [name, options] of [
    ['rolled-back-light', { viewport: { width: 1100, height: 1040 }, colorScheme: 'light' }],
    ['rolled-back-phone', { ...hand, colorScheme: 'dark' }],
  ] as const) {
    const page = await open(options);
    await page.getByRole('heading', { name: /Rolled back and verified/ }).waitFor({ timeout: 120_000 });
    await page.getByText('Incident file').first().waitFor({ timeout: 60_000 });
    await take(page, name);
  }
});

it('of the login, a confirmation and the page of an alert', async () => {
  const page = await open({ ...desk, viewport: { width: 900, height: 560 } }, '/orders/rollback');
  await page.getByLabel('Your name').fill('Kari Nordmann');
  const token = readFileSync(demo.config.receiver.token_file, 'utf8').trim();
  await page.getByLabel('Token of the receiver').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Plan').selectOption('qsc');
  await page.getByLabel('Reason').fill('Its first trades look wrong');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Yes, roll back now' }).waitFor();
  await take(page, 'confirmation');
  await take(
    await open({ ...desk, viewport: { width: 900, height: 900 } }, '/docs/alerts/QscActionCollapse'),
    'alert',
  );
});
