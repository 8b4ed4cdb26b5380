import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { formatAddress } from '../../../src/platform/http-server.js';
import { poll } from '../../../src/platform/poll.js';
import { launchBrowser, locateChromium } from '../../support/browser.js';
import { Demo } from '../../support/demo.js';
import {
  beyondTheEdge,
  fontsOf,
  headings,
  isFocusVisible,
  lowContrast,
  tabTo,
} from '../../support/page-inspection.js';

const folder = mkdtempSync(join(tmpdir(), 'redline-test-'));
let demo: Demo;
let browser: Browser;
let url: string;

/** A page of a browser of its own, what it asked for, and what it complained about. */
interface Opened {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

async function open(options: BrowserContextOptions = {}, path = '/'): Promise<Opened> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url + path);
  return { page, requests, complaints };
}

function token(): string {
  return readFileSync(demo.config.receiver.token_file, 'utf8').trim();
}

async function logIn(page: Page): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel('Your name').fill('Kari');
  await page.getByLabel('Token of the receiver').fill(token());
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out Kari' }).waitFor();
}

async function ensureCanary(): Promise<void> {
  await demo.redline('inject', 'none');
  const status = await demo.redline('deploy', 'status');
  if (status.stdout.includes('Under observation: canary')) return;
  expect(await demo.redline('canary', 'activate', '--model', 'patchtst')).toMatchObject({ code: 0 });
}

describe.skipIf(locateChromium() === undefined)('the status page in a browser', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    [demo, browser] = await Promise.all([Demo.launch(folder, { canary: true }), launchBrowser()]);
    url = `http://${formatAddress(demo.config.receiver.listen)}`;
  }, 240_000);

  afterAll(async () => {
    await browser.close();
    await demo.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a violation in red without being reloaded, then the verified rollback, and asks nobody else', async () => {
    await ensureCanary();
    const { page, requests, complaints } = await open();
    await page.getByRole('heading', { name: 'All quiet: canary patchtst' }).waitFor({ timeout: 60_000 });
    await page.getByRole('row', { name: /ok QscActionCollapse/ }).waitFor();
    await page.locator('tr .spark').first().waitFor({ timeout: 60_000 });
    // What a reload would lose.
    await page.evaluate(`
      window.seen = [];
      new MutationObserver(() => {
        const { title, tone } = document.getElementById('headline').dataset;
        window.seen.push(tone + ': ' + title);
      }).observe(document.getElementById('live'), { subtree: true, childList: true, attributes: true, characterData: true });
    `);

    expect(await demo.redline('inject', 'action-collapse')).toMatchObject({ code: 0 });
    const card = page.getByRole('article').filter({ hasText: 'succeeded, verified' });
    await card.first().waitFor({ timeout: 60_000 });
    const seen = await page.evaluate<string[]>('window.seen');
    expect(seen).toContain('bad: Rolling back now: plan qsc');
    await page.getByRole('heading', { name: /Rolled back and verified in/ }).waitFor();
    expect(await page.getByRole('status').textContent()).toMatch(/Rolled back and verified in/);
    expect(await page.title()).toMatch(/^Rolled back and verified in .* – Redline$/);

    const text = (await card.first().textContent()) ?? '';
    expect(text).toMatch(/QscActionCollapse\s*: HOLD is [\d.]+%/);
    expect(text).toMatch(/exit 0, after/);
    expect(text).toContain('unit_active');
    expect(await card.first().getByRole('img', { name: 'verified' }).count()).toBeGreaterThanOrEqual(4);
    await card.first().getByText('Output').click();
    expect(await card.first().getByRole('region').textContent()).not.toBe('');
    await card
      .first()
      .getByRole('link', { name: /reports\/incidents/ })
      .click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toMatch(/\/incidents\/qsc-/);

    expect(
      requests.filter((address) => !address.startsWith(`${url}/`) && !address.startsWith('data:')),
    ).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('keeps open what the reader has opened, and the focus, while it changes', async () => {
    await ensureCanary();
    const { page } = await open();
    const fold = page.locator('#checks-1-idle summary');
    await fold.waitFor({ timeout: 60_000 });
    await fold.focus();
    await page.keyboard.press('Enter');
    const updated = await page.locator('#redline time').last().textContent();
    await poll(
      async () => ((await page.locator('#redline time').last().textContent()) === updated ? undefined : true),
      20,
    );
    expect(await page.locator('#checks-1-idle').getAttribute('open')).toBe('');
    expect(await page.evaluate<string>('document.activeElement.parentElement.id')).toBe('checks-1-idle');
  });

  it.each(['light', 'dark'] as const)(
    'can be read in the %s scheme: AA contrast of every text',
    async (colorScheme) => {
      await ensureCanary();
      const { page } = await open({ colorScheme });
      await page.locator('table.checks').first().waitFor({ timeout: 60_000 });
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const [red = 0] = ground.match(/\d+/g)?.map(Number) ?? [];
      expect(red > 128).toBe(colorScheme === 'light');
      await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
      expect(await lowContrast(page)).toEqual([]);
      for (const path of ['/login', '/docs/alerts/QscActionCollapse']) {
        await page.goto(url + path);
        expect(await lowContrast(page), path).toEqual([]);
      }
    },
  );

  it('fits a phone of 360 px, where the rows of the checks are still rows of a table to a screen reader', async () => {
    await ensureCanary();
    const { page } = await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    await page.locator('table.checks').first().waitFor({ timeout: 60_000 });
    // Without letters everything fits.
    expect(await fontsOf(page, 'h1')).not.toEqual([]);
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
    expect(await beyondTheEdge(page)).toEqual([]);
    expect(await page.getByRole('table').first().getByRole('row').count()).toBeGreaterThan(3);
    await logIn(page);
    for (const path of ['/', '/orders/rollback', '/orders/kill-switch', '/docs/alerts/QscActionCollapse']) {
      await page.goto(url + path);
      expect(await beyondTheEdge(page), path).toEqual([]);
    }
  });

  it('has landmarks, headings without a leap and named columns', async () => {
    await ensureCanary();
    const { page } = await open();
    await page.locator('table.checks').first().waitFor({ timeout: 60_000 });
    for (const role of ['banner', 'main', 'navigation', 'contentinfo'] as const)
      expect(await page.getByRole(role).count(), role).toBe(1);
    const levels = (await headings(page)).map(([level]) => level);
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.every((level, index) => level <= (levels[index - 1] ?? 0) + 1)).toBe(true);
    for (const name of ['State', 'Check', 'Value', 'Allowed', 'History'])
      expect(await page.getByRole('columnheader', { name }).count()).toBeGreaterThan(0);
    expect(await page.locator('[role=img]:not([aria-label])').count()).toBe(0);
  });

  it('leads to the kill switch by the keyboard alone, asks before it acts, and says who did it', async () => {
    await ensureCanary();
    const { page } = await open();
    await page.keyboard.press('Tab');
    expect(await isFocusVisible(page)).toBe(true);
    await tabTo(page, 'Kill switch');
    expect(await isFocusVisible(page)).toBe(true);
    await page.keyboard.press('Enter');
    // The name has the focus already.
    await page.getByLabel('Your name').waitFor();
    await page.keyboard.type('Kari');
    await page.keyboard.press('Tab');
    await page.keyboard.type(token());
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Kill switch' }).waitFor();
    await tabTo(page, 'reason');
    await page.keyboard.type('engine moves');
    await tabTo(page, 'Turn it on ...');
    expect(await isFocusVisible(page)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Turn the kill switch on?' }).waitFor();
    expect((await demo.redline('kill-switch', 'status')).stdout).toContain('off');
    await tabTo(page, 'Yes, turn it on');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Switched off: nothing is rolled back by itself' }).waitFor();
    expect((await demo.redline('kill-switch', 'status')).stdout).toMatch(/ON since .* by Kari: engine moves/);

    await page.getByRole('link', { name: 'Kill switch' }).click();
    await page.getByRole('button', { name: 'Turn it off' }).click();
    await page.getByRole('button', { name: 'Yes, turn it off' }).click();
    await page.getByRole('heading', { name: /Switched off/ }).waitFor({ state: 'detached' });
  });

  it('rolls back by hand', async () => {
    await ensureCanary();
    const { page } = await open();
    await logIn(page);
    await page.getByRole('link', { name: 'Roll back by hand' }).click();
    await page.getByLabel('Plan').selectOption('qsc');
    await page.getByLabel('Reason').fill('it looks wrong');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Roll back qsc now?' }).waitFor();
    await page.getByRole('button', { name: 'Yes, roll back now' }).click();
    const card = page.getByRole('article').filter({ hasText: 'By hand: it looks wrong' }).first();
    await card.getByText('succeeded, verified').waitFor({ timeout: 60_000 });
    expect(await card.textContent()).toMatch(/Operator\s*Kari/);
  });

  it('says that it is not current while the receiver does not answer, and comes back by itself', async () => {
    const { page } = await open();
    await page.locator('#headline').waitFor();
    await page.context().setOffline(true);
    await page.getByRole('alert').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('alert').textContent()).toContain('Not current');
    await page.context().setOffline(false);
    await page.getByRole('alert').waitFor({ state: 'hidden', timeout: 20_000 });
  });

  it('works without a script, by reloading itself', async () => {
    const { page, requests } = await open({ javaScriptEnabled: false });
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).not.toBe('');
    const loaded = (): number => requests.filter((address) => address === `${url}/`).length;
    const isReloaded = await poll(() => (loaded() > 1 ? true : undefined), 20);
    expect(isReloaded).toBe(true);
  });
});
