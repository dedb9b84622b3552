import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startWorld, tokens, type World } from './support/gateway.ts';

interface EntryPage {
  readonly items: readonly { readonly kind: string; readonly ref: string; readonly id: string; readonly name: string; readonly folder: string | null }[];
  readonly nextCursor: string | null;
}

describe('listing', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => world.close());

  async function listAll(folder: string, limit: number): Promise<{ readonly ids: string[]; readonly pages: number; readonly longest: number }> {
    const ids: string[] = [];
    let pages = 0;
    let longest = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: EntryPage = await world.json(`/v1/sources/${folder}/entries?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      ids.push(...page.items.map(({ kind, id }) => `${kind} ${id}`));
      pages += 1;
      cursor = page.nextCursor;
      longest = Math.max(longest, cursor?.length ?? 0);
    }
    return { ids, pages, longest };
  }

  test('shows the sources that the token may read, with what they can do', async () => {
    const { items } = await world.json<{ items: { name: string; provider: string; capabilities: Record<string, unknown> }[] }>('/v1/sources');
    expect(items.map(({ name, provider }) => `${name} ${provider}`)).toEqual(['contacts onoffice-address', 'appointments onoffice-appointment', 'documents onlyoffice']);
    expect(items[2]?.capabilities).toMatchObject({ list: { support: 'native' } });
    expect((await world.json<{ items: { name: string }[] }>('/v1/sources', tokens.contacts)).items.map(({ name }) => name)).toEqual(['contacts']);
    expect(await world.json('/v1/sources/documents')).toEqual(items[2]);
  });

  test.each([
    ['contacts/folders/1240', 100, 260],
    ['documents/folders/104', 50, 263],
    ['documents/folders/%40my', 100, 8],
    ['contacts/folders/1250', 10, 0],
  ])('%s comes page by page, each entry once', async (folder, limit, least) => {
    const { ids, longest } = await listAll(folder, limit);
    expect(ids.length).toBeGreaterThanOrEqual(least);
    expect(new Set(ids).size).toBe(ids.length);
    expect(longest).toBeLessThanOrEqual(1_600);
  });

  test('an entry has what a program needs to ask for it', async () => {
    const { items } = await world.json<EntryPage>('/v1/sources/contacts/folders/1237/entries');
    expect(items).toHaveLength(25);
    expect(items[0]).toEqual({
      kind: 'file',
      ref: 'contacts:1237/1757',
      id: '1757',
      name: 'Grundriss Obergeschoß.pdf',
      size: expect.any(Number),
      mediaType: expect.anything(),
      modified: expect.stringMatching(/^2024-.*Z$/),
      folder: '1237',
      entryCount: null,
    });
    expect(await world.json('/v1/sources/contacts/folders/1237/files/1757')).toEqual(items[0]);
    expect(await world.json('/v1/sources/documents/folders/101')).toMatchObject({ kind: 'folder', id: '101', name: 'Verträge', ref: 'documents:101', size: null });
  });

  test('a link is made for who may have links', async () => {
    const response = await world.post('/v1/sources/contacts/links', { folder: '1237', language: 'DEU' });
    expect(response.status).toBe(200);
    const link = (await response.json()) as { url: string; kind: string; expires: string };
    expect(link).toMatchObject({ kind: 'page', needsCredentials: false });
    expect((await fetch(link.url)).status).toBe(200);
  });
});
