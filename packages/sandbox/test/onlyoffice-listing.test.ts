import { afterEach, describe, expect, test } from '@jest/globals';
import { demoIds, demoUsers } from '../src/index.ts';
import { closeBenches, startBench } from './onlyoffice-client.ts';

afterEach(closeBenches);

interface Entry {
  id: number | string;
  title: string;
  [member: string]: unknown;
}
interface Contents {
  files: Entry[];
  folders: Entry[];
  current: Entry;
  pathParts: Entry[];
  startIndex: number;
  count: number;
  total: number;
}

const FILES = '/api/2.0/files';

describe('folder contents of DocSpace', () => {
  test('come in pages of at most 100, and the total stands inside the response', async () => {
    const { call } = await startBench();
    const seen = new Set<string>();
    for (const [startIndex, expected] of [[0, 100], [100, 100], [200, 63], [300, 0]] as const) {
      const { response, json } = await call('GET', `${FILES}/${demoIds.receipts}?startIndex=${startIndex}&sortBy=AZ&sortOrder=ascending`);
      const contents = response as Contents;
      expect([contents.count, contents.total, contents.startIndex]).toEqual([expected, 263, startIndex]);
      expect(Object.keys(json ?? {})).toEqual(['response', 'count', 'links', 'status', 'statusCode']);
      expect(json?.['count']).toBe(1);
      for (const { title } of contents.files) seen.add(title);
    }
    expect(seen.size).toBe(263);
  });

  test.each(['count=0', 'count=101', 'startIndex=-1', 'count=viele'])('%s is 400 in the shape of a success', async (query) => {
    const { call } = await startBench();
    const { status, json } = await call('GET', `${FILES}/${demoIds.my}?${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ status: 1, statusCode: 400, response: { title: 'One or more validation errors occurred.', status: 400 } });
  });

  test('show folders before files on a page that has both', async () => {
    const { call } = await startBench();
    const all = (await call('GET', `${FILES}/@my`)).response as Contents;
    const cut = (await call('GET', `${FILES}/@my?count=3&startIndex=${all.folders.length - 2}`)).response as Contents;
    expect([cut.folders.length, cut.files.length]).toEqual([2, 1]);
    expect(all.current).toMatchObject({ id: demoIds.my, title: 'Meine Dokumente', rootFolderType: 5 });
  });

  test('leave out nulls, the size of an empty file and what the caller may not read', async () => {
    const { call } = await startBench();
    const { response, text } = await call('GET', `${FILES}/@my`);
    const empty = (response as Contents).files.find(({ id }) => id === demoIds.files.emptyFile);
    expect(text).not.toContain('null');
    expect(empty).not.toHaveProperty('pureContentLength');
    expect(empty).toMatchObject({ title: 'leer.txt', contentLength: '0 bytes', security: { Read: true } });
    const mixed = (await call('GET', `${FILES}/${demoIds.mixed}`)).response as Contents;
    expect(mixed.files.map(({ title }) => title).sort()).toEqual(['Für alle.txt', 'Geteilt.txt']);
  });

  test('remember the order that was asked for last', async () => {
    const { call } = await startBench();
    const titles = async (query: string): Promise<string[]> => ((await call('GET', `${FILES}/@my${query}`)).response as Contents).files.map(({ title }) => title);
    const byName = await titles('?sortBy=AZ&sortOrder=descending');
    expect(await titles('')).toEqual(byName);
  });

  test('say 404 for a missing folder and 403 with a text of their own for an unreadable one', async () => {
    const { call } = await startBench();
    const error = async (id: number): Promise<unknown> => {
      const { json } = await call('GET', `${FILES}/${id}`);
      return [json?.['statusCode'], (json?.['error'] as { message: string } | undefined)?.message];
    };
    expect(await error(4711)).toEqual([404, 'The required folder was not found']);
    expect(await error(demoIds.privateFolder)).toEqual([403, "You don't have enough permission to view the folder content"]);
  });

  test('exist for third-party ids, which are strings', async () => {
    const { call } = await startBench();
    const { response } = await call('GET', `${FILES}/${encodeURIComponent(demoIds.thirdPartySub)}`);
    expect((response as Contents).files[0]).toMatchObject({ id: demoIds.files.thirdParty, providerItem: true, providerKey: 'Box' });
    expect((response as Contents).pathParts.map(({ title }) => title)).toEqual(['Meine Dokumente', 'Box-Ablage', 'Angebote']);
  });

  test('can be searched in depth and filtered', async () => {
    const { call } = await startBench();
    const { response } = await call('GET', `${FILES}/@my?filterValue=mietvertrag&filterType=FilesOnly`);
    expect((response as Contents).files.map(({ id }) => id).sort()).toEqual([demoIds.files.lease, demoIds.files.leaseCopy]);
    const shallow = await call('GET', `${FILES}/@my?filterValue=mietvertrag&withSubFolders=false`);
    expect((shallow.response as Contents).total).toBe(0);
  });

  test('exist for every section, and @root is a list of them', async () => {
    const { call } = await startBench();
    for (const section of ['@common', '@share', '@favorites', '@recent', 'recent', '@trash', '@templates', '@privacy', '@projects', 'rooms']) {
      expect((await call('GET', `${FILES}/${section}`)).response).toHaveProperty('current.title');
    }
    const roots = (await call('GET', `${FILES}/@root?withoutTrash=true`)).response as Contents[];
    expect(roots.map(({ current }) => current['rootFolderType'])).toEqual([5, 6, 1, 10, 11]);
    expect(((await call('GET', `${FILES}/@share`)).response as Contents).files.map(({ title }) => title)).toEqual(['Geteilt.txt']);
  });

  test('can be reduced to some members', async () => {
    const { call } = await startBench();
    const { response } = await call('GET', `${FILES}/${demoIds.contracts}?fields=total,files.title`);
    expect(Object.keys(response as object).sort()).toEqual(['files', 'total']);
    expect(Object.keys((response as Contents).files[0]!)).toEqual(['title']);
  });
});

describe('one entry', () => {
  test('file and folder ids are counted apart', async () => {
    const { call } = await startBench();
    expect((await call('GET', `${FILES}/file/101`)).response).toMatchObject({ title: 'Mietvertrag Königsallee.docx', fileType: 7, fileExst: '.docx', fileEntryType: 2 });
    expect((await call('GET', `${FILES}/folder/101`)).response).toMatchObject({ title: 'Verträge', filesCount: 3, foldersCount: 1, fileEntryType: 1 });
  });

  test('history lists versions, newest first, and each can be asked for', async () => {
    const { call } = await startBench();
    const { response } = await call('GET', `${FILES}/file/${demoIds.files.history}/history`);
    expect((response as Entry[]).map(({ version, pureContentLength }) => [version, pureContentLength])).toEqual([[3, 10], [2, 19], [1, 10]]);
    expect((await call('GET', `${FILES}/file/${demoIds.files.history}?version=2`)).response).toMatchObject({ pureContentLength: 19 });
    expect((await call('GET', `${FILES}/file/${demoIds.files.history}?version=9`)).status).toBe(404);
  });

  test('viewUrl names the host that was asked, or the one the quirk wants', async () => {
    const { call, sandbox } = await startBench();
    const url = async (): Promise<unknown> => ((await call('GET', `${FILES}/file/106`)).response as Entry)['viewUrl'];
    expect(await url()).toBe(`${sandbox.baseUrl}/filehandler.ashx?action=download&fileid=106`);
    sandbox.quirks.linkHostname = 'localhost';
    expect(await url()).toBe(`${sandbox.baseUrl.replace('127.0.0.1', 'localhost')}/filehandler.ashx?action=download&fileid=106`);
  });

  test('an unreadable file is 403 and a missing one 404', async () => {
    const { call, signIn } = await startBench();
    const other = await signIn(1);
    expect((await call('GET', `${FILES}/file/${demoIds.files.privateFile}`)).status).toBe(403);
    expect((await call('GET', `${FILES}/file/${demoIds.files.privateFile}`, { as: other })).status).toBe(200);
    expect((await call('GET', `${FILES}/file/4711`)).status).toBe(404);
  });
});

describe('Workspace', () => {
  test('lists up to 1000 entries, with escaped slashes and its own envelope', async () => {
    const { call } = await startBench({ generation: 'workspace' });
    const { response, text, json, headers } = await call('GET', `${FILES}/${demoIds.receipts}.json`);
    expect([(response as Contents).count, (response as Contents).total]).toEqual([263, 263]);
    expect(text).toContain('http:\\/\\/127.0.0.1');
    expect(text).not.toMatch(/[^\\]\//);
    expect(Object.keys(json ?? {})).toEqual(['count', 'status', 'statusCode', 'response']);
    expect(headers.get('etag')).toMatch(/^"[0-9a-f-]{36}"$/);
  });

  test('states the size of an empty file and knows no second user by default', async () => {
    const { call, sandbox } = await startBench({ generation: 'workspace', users: [{ userName: demoUsers[0].userName, password: demoUsers[0].password }] });
    expect((await call('GET', `${FILES}/file/${demoIds.files.emptyFile}`)).response).toMatchObject({ pureContentLength: 0 });
    expect(sandbox.store.users).toHaveLength(1);
  });
});
