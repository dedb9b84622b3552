import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { tokens } from '../support/gateway.ts';
import { describeInBrowser, folderStatus, goTo, picture, type Visit } from './browser.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core has to say about the page as it stands. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axePath, 'utf8'));
  const { violations: found } = (await page.evaluate(`axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })`)) as { violations: Finding[] };
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
}

/** Nothing for axe to find, and nothing that has to be scrolled sideways. */
async function expectGood(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect({ name, violations: await violations(page), fits: await page.evaluate('document.documentElement.scrollWidth <= innerWidth') }).toEqual({ name, violations: [], fits: true });
}

const looks: readonly (readonly [string, Visit])[] = [
  ['light, wide', { colorScheme: 'light' }],
  ['dark, wide, German', { colorScheme: 'dark', locale: 'de-DE' }],
  ['light, narrow, German', { colorScheme: 'light', locale: 'de-DE', viewport: { width: 390, height: 800 } }],
  ['dark, narrow', { colorScheme: 'dark', viewport: { width: 390, height: 800 } }],
];

describeInBrowser('the page for everybody', { onlyOffice: { operationDurationMs: 1500 } }, (stage) => {
  it.each(looks)('has nothing for axe to find in any view: %s', async (look, visit) => {
    const name = look.replaceAll(', ', '-');
    const page = await stage.visit({ ...visit, at: null });
    await page.locator('#token').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await expectGood(page, `${name}-1-sign-in`);
    await page.locator('#token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await page.locator('.sources').waitFor();
    await page.locator('.capabilities summary').first().click();
    await expectGood(page, `${name}-2-sources`);
    await goTo(page, '#/documents');
    await page.locator('#folder').fill('@my');
    await page.keyboard.press('Enter');
    await page.locator('.entries').waitFor();
    await page.locator('.entries tbody input').nth(0).check();
    await page.locator('.entries tbody input').nth(2).check();
    await expectGood(page, `${name}-3-folder`);
    await goTo(page, '#/documents/200');
    await page.locator('.entries').waitFor();
    stage.world.onlyOffice.operations.hold();
    await page.locator('#download-folder').click();
    await page.locator('.download progress').waitFor();
    await expectGood(page, `${name}-4-progress`);
    stage.world.onlyOffice.operations.release();
    await page.locator('.receipt').waitFor();
    await page.locator('.receipt summary').click();
    await expectGood(page, `${name}-5-receipt`);
    await goTo(page, '#/contacts/1260');
    await page.locator('.entries').waitFor();
    await page.locator('.download .row button').last().click();
    await page.locator('#search').fill('t');
    await page.locator('#folder-status').filter({ hasText: / (found|gefunden)/ }).waitFor();
    await expectGood(page, `${name}-6-hostile-names`);
    await goTo(page, '#/documents/999999');
    await page.getByRole('alert').waitFor();
    await expectGood(page, `${name}-7-problem`);
  });

  it('needs no mouse, and shows where the focus is', async () => {
    const page = await stage.visit({ at: null });
    await page.locator('#token').waitFor();
    const faint: string[] = [];
    // Tab until something with that name has the focus; every stop on the way must be seen.
    const tabTo = async (name: string): Promise<void> => {
      for (let stops = 0; stops < 80; stops += 1) {
        await page.keyboard.press('Tab');
        const focus = (await page.evaluate(`(() => {
          const element = document.activeElement;
          const label = element.getAttribute('aria-labelledby');
          const text = element.getAttribute('aria-label') ?? (label && document.getElementById(label)?.textContent) ?? element.labels?.[0]?.textContent ?? element.textContent;
          return { isBody: element === document.body, text, outline: getComputedStyle(element).outlineStyle, width: parseFloat(getComputedStyle(element).outlineWidth) };
        })()`)) as { isBody: boolean; text: string; outline: string; width: number };
        // After the last stop the browser itself has the focus.
        if (!focus.isBody && (focus.outline === 'none' || focus.width < 2)) faint.push(focus.text);
        if (focus.text === name) return;
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await page.keyboard.type(tokens.all);
    await page.keyboard.press('Enter');
    await page.locator('.sources').waitFor();
    await tabTo('documents');
    await page.keyboard.press('Enter');
    await page.locator('#folder').waitFor();
    await tabTo('Folder');
    await page.keyboard.type('@my');
    await page.keyboard.press('Enter');
    await page.locator('.entries').waitFor();
    await tabTo('Verträge');
    await tabTo('Verträge');
    await page.keyboard.press('Enter');
    await page.getByText('Wartungsvertrag.txt').waitFor();
    await tabTo('Search by name in this folder');
    await page.keyboard.type('vertrag');
    await folderStatus(page, 'found, all');
    await tabTo('Wartungsvertrag.txt');
    await page.keyboard.press('Space');
    await page.getByText('1 chosen', { exact: true }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), tabTo('Download Wartungsvertrag.txt').then(() => page.keyboard.press('Enter'))]);
    expect(download.suggestedFilename()).toBe('Wartungsvertrag.txt');
    await tabTo('Download what is chosen');
    await page.keyboard.press('Enter');
    await page.locator('#downloads-title:focus').waitFor();
    await page.locator('.receipt').waitFor();
    await tabTo('Receipt as JSON');
    await tabTo('All files (1)');
    await page.keyboard.press('Enter');
    await page.locator('.hash').waitFor();
    await tabTo('Sign out');
    await page.keyboard.press('Enter');
    await page.locator('#token').waitFor();
    expect(faint).toEqual([]);
  });

  it('lets the keyboard skip to the content', async () => {
    const page = await stage.visit();
    await page.reload();
    await page.locator('.sources').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('speaks the language of the browser, and the other one when it is asked to', async () => {
    const page = await stage.visit({ locale: 'de-AT', at: '#/contacts/1237' });
    await folderStatus(page, '25 Einträge, das sind alle.');
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    expect(await page.getByText(/^\d+(,\d)? kB$/).count()).toBeGreaterThan(0);
    await page.locator('.entries tbody input').first().check();
    await page.getByLabel('Sprache').focus();
    await page.getByLabel('Sprache').selectOption('English');
    await folderStatus(page, '25 entries, that is all.');
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    expect(await page.evaluate('document.activeElement.id')).toBe('language');
    expect(await page.locator('.entries tbody input').first().isChecked()).toBe(true);
    await page.reload();
    await folderStatus(page, '25 entries, that is all.');
    const other = await stage.visit({ locale: 'fr-FR' });
    expect(await other.getByRole('heading', { level: 1 }).textContent()).toBe('Sources');
  });

  it('follows the colours of the system, or the ones that were chosen', async () => {
    const page = await stage.visit({ colorScheme: 'dark' });
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await page.getByLabel('Colours').selectOption('Light');
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.locator('.sources').waitFor();
    expect(await ground()).toBe(light);
    await page.getByLabel('Colours').selectOption('Automatic');
    expect(await ground()).toBe(dark);
  });

  it('tells a screen reader of a download what a watcher sees', async () => {
    const page = await stage.visit({ at: '#/documents/103' });
    await folderStatus(page, 'that is all');
    await page.evaluate(`
      globalThis.said = [];
      const live = document.querySelector('#announcer');
      new MutationObserver(() => live.textContent && said.push(live.textContent)).observe(live, { childList: true });
    `);
    await page.getByRole('button', { name: 'Download the whole folder' }).click();
    await page.locator('.receipt').waitFor();
    await page.locator('#announcer').filter({ hasText: 'Complete' }).waitFor({ state: 'attached' });
    const said = (await page.evaluate('said')) as string[];
    expect(said[0]).toContain('Starting');
    expect(said.at(-1)).toBe('All of Fotos (documents:103): Complete');
    expect(said.length).toBeLessThan(12);
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });
});
