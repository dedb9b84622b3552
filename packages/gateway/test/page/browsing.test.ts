import { expect, it } from '@jest/globals';
import { capabilityNames } from '@filesource/core';
import { parseFault, sampleDocumentNamed, smallFiles } from '@filesource/sandbox';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describeInBrowser, folderStatus, goTo, namesShown } from './browser.ts';

interface Source {
  readonly name: string;
  readonly capabilities: Readonly<Record<string, { readonly support: string; readonly note?: string; readonly cost?: string; readonly reason?: string }>>;
}

async function downloadedHash(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: `Download ${name}`, exact: true }).click()]);
  const hash = createHash('sha256').update(await readFile(await download.path())).digest('hex');
  expect(download.suggestedFilename()).toBe(name);
  return hash;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describeInBrowser('browsing with the page', {}, (stage) => {
  it('shows each source and what it can do, operation by operation', async () => {
    const page = await stage.visit();
    const { items } = await stage.world.json<{ items: Source[] }>('/v1/sources');
    expect(await page.locator('.sources h2').allTextContents()).toEqual(items.map(({ name }) => name));
    const words: Readonly<Record<string, string>> = { native: 'Yes', emulated: 'Yes, with a detour', unsupported: 'No' };
    for (const [index, { capabilities }] of items.entries()) {
      const card = page.locator('.sources > li').nth(index);
      await card.getByText('What this source can do', { exact: true }).click();
      const rows = await card.locator('.capabilities table').first().locator('tbody tr').all();
      const told = await Promise.all(rows.map(async (row) => [await row.locator('td').textContent(), (await row.locator('small').allTextContents()).join('')].join('|')));
      const expected = capabilityNames.map((operation) => {
        const told = capabilities[operation];
        return `${words[told?.support ?? '']}|${told?.note ?? told?.cost ?? told?.reason ?? ''}`;
      });
      expect(told).toEqual(expected);
    }
  });

  it('opens a folder by its id, and remembers it for the session', async () => {
    const page = await stage.visit({ at: '#/contacts' });
    await page.getByLabel('Folder', { exact: true }).fill('1237');
    await page.keyboard.press('Enter');
    await folderStatus(page, '25 entries, that is all.');
    expect(await namesShown(page)).toContain('Grundriss Obergeschoß.pdf');
    await page.getByRole('link', { name: 'contacts' }).click();
    await page.getByRole('list', { name: 'Opened before' }).getByRole('link', { name: '1237' }).click();
    await folderStatus(page, '25 entries, that is all.');
  });

  it('goes down into folders and back by the path, also after a reload', async () => {
    const page = await stage.visit({ at: '#/documents/@my' });
    await page.getByRole('link', { name: 'Verträge' }).click();
    await page.getByRole('heading', { name: 'Verträge' }).waitFor();
    await page.getByRole('link', { name: 'Miete & Pacht' }).click();
    await page.getByRole('link', { name: 'Straße 12' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Miete & Pacht' }).waitFor();
    const path = page.getByRole('navigation', { name: 'Path' });
    await path.getByRole('link', { name: 'Verträge' }).click();
    await page.getByText('Wartungsvertrag.txt').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Straße 12' }).waitFor();
  });

  it('loads a large folder page by page', async () => {
    const page = await stage.visit({ at: '#/contacts/1240' });
    await folderStatus(page, '100 entries loaded, there are more.');
    await page.getByRole('button', { name: 'Load more' }).click();
    await folderStatus(page, '200 entries loaded, there are more.');
    await page.getByRole('button', { name: 'Load more' }).click();
    await folderStatus(page, '260 entries, that is all.');
    expect(new Set(await namesShown(page)).size).toBe(260);
    expect(await page.getByRole('button', { name: 'Load more' }).isVisible()).toBe(false);
  });

  it.each([
    ['contacts', '1240', 260],
    ['documents', '104', 263],
  ])('searches all of a folder of %s by name, and says how far it is', async (source, folder, all) => {
    const page = await stage.visit({ at: `#/${source}/${folder}` });
    await folderStatus(page, 'there are more');
    const names = (await stage.world.json<{ items: { name: string }[] }>(`/v1/sources/${source}/folders/${folder}/entries?limit=100`)).items.map(({ name }) => name);
    const last = `${all}`;
    expect(names.some((name) => name.includes(last))).toBe(false);
    await page.getByLabel('Search by name in this folder').fill(last);
    await folderStatus(page, `1 found, all ${all} entries looked at.`);
    expect(await namesShown(page)).toEqual([expect.stringContaining(last)]);
    await page.getByLabel('Search by name in this folder').fill('no such name');
    await folderStatus(page, 'No name in this folder matches.');
    await page.getByLabel('Search by name in this folder').fill('');
    await folderStatus(page, `${all} entries, that is all.`);
    expect(await namesShown(page)).toHaveLength(all);
  });

  it('finds names without regard to capitals and accents', async () => {
    const page = await stage.visit({ at: '#/contacts/1237' });
    await folderStatus(page, '25 entries');
    await page.getByLabel('Search by name in this folder').fill('OBERGESCHOSS grundriss');
    await folderStatus(page, '1 found');
    expect(await namesShown(page)).toEqual(['Grundriss Obergeschoß.pdf']);
  });

  it.each([
    ['#/contacts/1237', 'Grundriss Obergeschoß.pdf'],
    ['#/appointments/247', 'Grundriss Obergeschoß.pdf'],
    ['#/documents/@my', 'Grundriss Obergeschoß.pdf'],
  ])('downloads one file from %s, byte by byte', async (at, name) => {
    const page = await stage.visit({ at });
    expect(await downloadedHash(page, name)).toBe(sha256(sampleDocumentNamed(name).bytes()));
  });

  it('says in words what is wrong with a folder, and what to do', async () => {
    const page = await stage.visit({ at: '#/documents/999999' });
    const alert = page.getByRole('alert');
    await alert.filter({ hasText: 'Not found' }).waitFor();
    expect((await alert.textContent())?.length).toBeGreaterThan(40);
    await goTo(page, '#/documents/..%2F..');
    await alert.filter({ hasText: 'Not understood' }).waitFor();
  });

  it('tries again what failed for a while', async () => {
    const page = await stage.visit();
    stage.world.onOffice.faults.set([parseFault('status:code=500,on=list')]);
    try {
      await goTo(page, '#/contacts/1237');
      await page.getByRole('alert').filter({ hasText: 'Trouble at the vendor' }).waitFor();
    } finally {
      stage.world.onOffice.faults.set([]);
    }
    await page.getByRole('button', { name: 'Try again' }).click();
    await folderStatus(page, '25 entries');
  });

  it('tells beside a file why its download fails', async () => {
    const page = await stage.visit({ at: '#/documents/202' });
    await page.getByRole('link', { name: /^Download / }).first().click();
    const alert = page.locator('.entries tbody tr').first().getByRole('alert');
    await alert.filter({ hasText: 'Not allowed' }).waitFor();
  });

  it('knows no source of another name', async () => {
    const page = await stage.visit();
    await page.evaluate('location.hash = "#/nothing"');
    await page.getByRole('alert').filter({ hasText: 'Not found' }).waitFor();
  });
});

const hostile = [
  '<img src=x onerror="window.pwned=1">.txt',
  '"><script>window.pwned=1</script>.txt',
  'javascript:window.pwned=1',
  'Rechnung\u202Efdp.exe',
  `${'lang'.repeat(75)}.txt`,
  'Zeile\r\nZeile\t\u0000.txt',
  '{{assets}} ${name} %00 &amp;.txt',
];

describeInBrowser(
  'hostile names on the page',
  { data: { addresses: [{ id: 1, firstFileId: 1, files: smallFiles(hostile.length).map((file, index) => ({ ...file, name: hostile[index] ?? '' })) }, { id: 2, firstFileId: 100, files: smallFiles(3000) }], appointments: [] } },
  (stage) => {
    it('are shown as what they are and do nothing', async () => {
      const page = await stage.visit({ at: '#/contacts/1' });
      await folderStatus(page, `${hostile.length} entries`);
      const shown = await namesShown(page);
      expect(shown.slice(0, 3)).toEqual(hostile.slice(0, 3));
      expect(shown[3]).toBe('Rechnung\uFFFDfdp.exe');
      expect(shown[4]).toBe(hostile[4]);
      expect(shown.join('')).not.toMatch(/[\u202A-\u202E\p{Cc}]/u);
      expect(await page.evaluate('window.pwned')).toBeUndefined();
      expect(await page.locator('.entries img, .entries script').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    });

    it('do nothing as the id of a folder, either', async () => {
      const page = await stage.visit({ at: '#/contacts' });
      await page.getByLabel('Folder', { exact: true }).fill('<img src=x onerror=window.pwned=1>');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await page.evaluate('window.pwned')).toBeUndefined();
      await page.reload();
      await page.getByRole('alert').waitFor();
      expect(await page.evaluate('window.pwned')).toBeUndefined();
    });

    it('may be thousands: all are found, drawn in order and chosen', async () => {
      const page = await stage.visit({ at: '#/contacts/2' });
      await page.getByLabel('Search by name in this folder').fill('.');
      await folderStatus(page, 'all 3,000 entries looked at');
      await page.locator('.entries tbody tr').nth(2999).waitFor();
      const names = await namesShown(page);
      expect(names).toEqual(smallFiles(3000).map(({ name }) => name));
      await page.getByLabel('Choose all that are shown').check();
      expect(await page.getByText('3,000 chosen').isVisible()).toBe(true);
    });
  },
);
