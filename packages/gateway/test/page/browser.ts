import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { startWorld, tokens, type World, type WorldOptions } from '../support/gateway.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface Visit extends BrowserContextOptions {
  /** Where to go once signed in, such as `#/contacts/1237`; `null` stays signed out. Default: the sources. */
  readonly at?: string | null;
}

/** A browser before a gateway over both vendors' sandboxes. */
export interface Stage {
  readonly world: World;
  /** A page of its own, in English, 1280 by 800, light, if the visit does not say otherwise. */
  visit(options?: Visit): Promise<Page>;
}

/** The tests of one file in a real browser. Where there is none they are skipped and say so; in CI they fail. */
export function describeInBrowser(title: string, options: WorldOptions, tests: (stage: Stage) => void): void {
  const executablePath = process.env['FILESOURCE_CHROMIUM'] ?? places.find((path) => existsSync(path));
  if (executablePath === undefined) return describeWithoutBrowser(title, tests);
  describe(title, () => {
    let world: World;
    let browser: Browser;
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    const strangers: string[] = [];

    beforeAll(async () => {
      [world, browser] = await Promise.all([startWorld(options), chromium.launch({ executablePath, args: flags, timeout: 0 })]);
    });
    afterEach(async () => {
      world.onlyOffice.operations.release();
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect({ complaints: complaints.splice(0), strangers: strangers.splice(0) }).toEqual({ complaints: [], strangers: [] });
    });
    afterAll(async () => {
      await browser.close();
      await world.close();
    });

    tests({
      get world() {
        return world;
      },
      visit: async ({ at = '#/', ...settings } = {}) => {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', colorScheme: 'light', ...settings });
        contexts.push(context);
        // A slow machine is no failure, and a hang is ended with its test.
        context.setDefaultTimeout(0);
        context.on('request', (request) => {
          if (!request.url().startsWith(`${world.url}/`) && !request.url().startsWith('data:')) strangers.push(request.url());
        });
        const page = await context.newPage();
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => {
          if (/Content Security Policy|TrustedHTML/.test(message.text())) complaints.push(message.text());
        });
        if (at === null) {
          await page.goto(world.url);
          return page;
        }
        await page.goto(`${world.url}/#token=${tokens.all}`);
        await page.locator('.sources').waitFor();
        if (at !== '#/') await goTo(page, at);
        return page;
      },
    });
  });
}

function describeWithoutBrowser(title: string, tests: (stage: Stage) => void): void {
  const reason = `no Chromium: name one in FILESOURCE_CHROMIUM, or install it at ${places.join(', ')}`;
  if (process.env['CI'] === 'true') {
    it(`${title}: a browser is there`, () => {
      throw new Error(reason);
    });
    return;
  }
  console.log(`skipped: ${title}; ${reason}`);
  describe.skip(title, () => {
    tests({
      get world(): World {
        throw new Error(reason);
      },
      visit: () => Promise.reject(new Error(reason)),
    });
  });
}

/** Follows a link within the page. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.locator(hash.split('/').length > 2 ? '#folder-status' : '#folder').waitFor({ state: 'attached' });
}

/** Waits until the folder has told how much it has. */
export async function folderStatus(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('#folder-status').filter({ hasText: text }).waitFor();
}

export function namesShown(page: Page): Promise<string[]> {
  return page.locator('.entries tbody .name bdi').allTextContents();
}

/** A picture for people to look at; only where `FILESOURCE_SCREENSHOTS` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['FILESOURCE_SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
