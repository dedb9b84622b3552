import { expect, it } from '@jest/globals';
import { parseFault } from '@filesource/sandbox';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { eventually, tokens } from '../support/gateway.ts';
import { describeInBrowser, folderStatus, goTo } from './browser.ts';

interface OperationJson {
  readonly id: string;
  readonly state: string;
}

/** Chooses by the names of the boxes. */
async function choose(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) await page.getByRole('checkbox', { name, exact: true }).check();
}

const card = (page: Page): ReturnType<Page['locator']> => page.locator('.download').first();

describeInBrowser('bulk downloads on the page', { onlyOffice: { operationDurationMs: 900 } }, (stage) => {
  it('are followed to their end with a progress bar that moves, and end with archive and receipt', async () => {
    const page = await stage.visit({ at: '#/documents/104' });
    await folderStatus(page, 'there are more');
    await page.getByLabel('Choose all that are shown').check();
    await page.evaluate(`
      globalThis.seen = [];
      new MutationObserver(() => {
        const value = document.querySelector('.download progress')?.value;
        if (value !== undefined && globalThis.seen.at(-1) !== value) globalThis.seen.push(value);
      }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    `);
    const { quirks } = stage.world.onlyOffice;
    quirks.slowProgress = 10;
    await page.getByRole('button', { name: 'Download what is chosen' }).click();
    expect(await card(page).getByRole('heading', { level: 3 }).textContent()).toBe('100 entries of Belege 2026 (documents:104)');
    await eventually(async () => ((await page.evaluate('globalThis.seen.filter((value) => value > 0 && value < 100).length')) as number) > 1);
    quirks.slowProgress = 1;
    await card(page).getByText('Complete: 100 files arrived and checked').waitFor();

    const values = (await page.evaluate('globalThis.seen')) as number[];
    expect(values.filter((value) => value > 0 && value < 100).length).toBeGreaterThan(1);
    await page.locator('#announcer').filter({ hasText: 'Complete' }).waitFor({ state: 'attached' });

    const [download] = await Promise.all([page.waitForEvent('download'), card(page).getByRole('link', { name: 'Save the archive' }).click()]);
    const bytes = await readFile(await download.path());
    const href = await card(page).getByRole('link', { name: 'Receipt as JSON' }).getAttribute('href');
    const receipt = await stage.world.json<{ complete: boolean; totals: { ok: number }; files: { name: string; sha256: string }[] }>(href ?? '');
    expect(receipt).toMatchObject({ complete: true, totals: { ok: 100 } });
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    const served = Buffer.from(await (await stage.world.get((href ?? '').replace('/receipt', '/content'))).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(served).digest('hex'));

    await card(page).getByText('All files (100)').click();
    expect(await card(page).locator('.hash').allTextContents()).toEqual(receipt.files.map(({ sha256 }) => sha256));
  });

  it('take everything between two boxes with the shift key, and leave what is not shown chosen', async () => {
    const page = await stage.visit({ at: '#/contacts/1237' });
    await folderStatus(page, '25 entries');
    const boxes = page.locator('.entries tbody input');
    await boxes.nth(2).click();
    await boxes.nth(6).click({ modifiers: ['Shift'] });
    await page.getByText('5 chosen', { exact: true }).waitFor();
    await page.getByLabel('Search by name in this folder').fill('Notiz');
    await page.getByText(/5 chosen, \d of them not shown/).waitFor();
    await page.getByRole('button', { name: 'Choose none' }).click();
    await page.getByText('0 chosen', { exact: true }).waitFor();
  });

  it('show what is missing, and why', async () => {
    const page = await stage.visit({ at: '#/documents/200' });
    await folderStatus(page, 'that is all');
    await page.getByLabel('Choose all that are shown').check();
    await page.getByRole('button', { name: 'Download what is chosen' }).click();
    await card(page).getByText('Ended with files missing').waitFor();
    await card(page).getByText(/^Not complete: \d+ of \d+ files missing\.$/).waitFor();
    const href = await card(page).getByRole('link', { name: 'Receipt as JSON' }).getAttribute('href');
    const { files } = await stage.world.json<{ files: { name: string; status: string; error?: { message: string } }[] }>(href ?? '');
    const missing = files.filter(({ status }) => status !== 'ok');
    expect(missing.length).toBeGreaterThan(0);
    const rows = card(page).getByRole('region', { name: 'What is missing' }).locator('tbody tr');
    expect(await rows.locator('th bdi').allTextContents()).toEqual(missing.map(({ name }) => name));
    for (const [index, { error }] of missing.entries()) expect(await rows.nth(index).textContent()).toContain(error?.message ?? 'It is not in the archive');
  });

  it('go on after the page was loaded anew', async () => {
    const page = await stage.visit({ at: '#/documents/101' });
    await choose(page, ['Wartungsvertrag.txt', 'Mietvertrag Königsallee.docx']);
    stage.world.onlyOffice.operations.hold();
    await page.getByRole('button', { name: 'Download what is chosen' }).click();
    await card(page).locator('progress').waitFor();
    await page.reload();
    stage.world.onlyOffice.operations.release();
    await card(page).getByText('Complete: 2 files arrived and checked').waitFor();
    await page.reload();
    await card(page).getByText('Complete: 2 files arrived and checked').waitFor();
    await card(page).getByRole('button', { name: 'Remove from this list' }).click();
    await page.reload();
    await folderStatus(page, 'that is all');
    expect(await page.locator('.download').count()).toBe(0);
  });

  it('go on in another place of the page, and after signing in again', async () => {
    const page = await stage.visit({ at: '#/documents/103' });
    await page.getByRole('button', { name: 'Download the whole folder' }).click();
    await page.locator('.download').waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Sources' }).click();
    await page.reload();
    await page.getByLabel('Access token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await card(page).getByText('Complete: 1 file arrived and checked').waitFor();
  });

  it('can be cancelled', async () => {
    const page = await stage.visit({ at: '#/documents/@my' });
    await folderStatus(page, 'that is all');
    stage.world.onlyOffice.operations.hold();
    await page.getByRole('button', { name: 'Download the whole folder' }).click();
    await card(page).getByRole('button', { name: 'Cancel' }).click();
    await card(page).getByText('Cancelled', { exact: true }).waitFor();
    const [note] = JSON.parse((await page.evaluate('sessionStorage["filesource.downloads"]')) as string) as { id: string }[];
    expect((await stage.world.json<OperationJson>(`/v1/operations/${note?.id}`)).state).toBe('cancelled');
    expect(await card(page).locator('progress').isVisible()).toBe(false);
  });

  it('are told from those that the gateway has forgotten', async () => {
    const page = await stage.visit();
    await page.evaluate(`sessionStorage['filesource.downloads'] = JSON.stringify([{ id: 'never-was', source: 'documents', folder: '@my', name: '@my', count: null }])`);
    await page.reload();
    await card(page).getByText('The gateway no longer knows this bulk download.').waitFor();
    await card(page).getByRole('button', { name: 'Remove from this list' }).click();
    expect(await page.locator('.download').count()).toBe(0);
  });

  it('say in words why they cannot start, or why they fail', async () => {
    const page = await stage.visit({ at: '#/documents/101' });
    await folderStatus(page, 'that is all');
    stage.world.onlyOffice.faults.set([parseFault('status:code=403,on=operation')]);
    try {
      await page.getByRole('button', { name: 'Download the whole folder' }).click();
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect((await alert.textContent())?.length).toBeGreaterThan(40);
    } finally {
      stage.world.onlyOffice.faults.set([]);
    }
  });

  it('work for a source whose vendor makes no archives', async () => {
    const page = await stage.visit();
    await goTo(page, '#/contacts/1237');
    await folderStatus(page, '25 entries');
    await page.getByRole('button', { name: 'Download the whole folder' }).click();
    await card(page).getByText('Complete: 25 files arrived and checked').waitFor();
  });

  it('are followed a few at a time, so that the page still answers, and all come to their end', async () => {
    const page = await stage.visit({ at: '#/contacts/1237' });
    await folderStatus(page, '25 entries');
    for (const count of [1, 2, 3, 4, 5]) {
      await page.getByRole('button', { name: 'Download the whole folder' }).click();
      await page.locator('.download').nth(count - 1).waitFor();
    }
    await page.locator('.download[data-state=succeeded]').nth(4).waitFor();
  });
});
