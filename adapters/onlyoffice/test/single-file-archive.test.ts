import { afterEach, describe, expect, test } from '@jest/globals';
import type { ArchiveContent } from '@filesource/core';
import { archiveOf, errorOf, makeSource, readAll } from './make-source.ts';
import { docspace, startScript, workspace, type ScriptServer } from './script-server.ts';

let server: ScriptServer | undefined;
afterEach(() => server?.close());

const fileBytes = Buffer.from('der ganze Vertrag');
const zipBytes = Buffer.from('PK\u0003\u0004 and more than the file itself has');

interface Handed {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly title?: string;
}

/** A Workspace whose one-file download comes as it is told to. */
async function opened({ body, headers = {}, title = 'Vertrag.txt' }: Handed, generation: 'workspace' | 'docspace' = 'workspace'): Promise<ArchiveContent> {
  const envelope = generation === 'workspace' ? workspace : docspace;
  server = await startScript(({ method, path }) => {
    if (path === '/api/2.0/authentication') return envelope(true);
    if (path.startsWith('/api/2.0/files/file/')) return envelope({ id: 1, title, folderId: 7, pureContentLength: fileBytes.length, version: 1 });
    const job = { id: 'd5490cba-a5e6-40db-acb2-94203dba12d6', operation: 3, error: null, processed: '1' };
    if (method === 'PUT' && path.endsWith('/bulkdownload')) return envelope([{ ...job, progress: 0, finished: false }]);
    if (path === '/api/2.0/files/fileops') return envelope([{ ...job, progress: 100, finished: true, url: `${server?.url}/Products/Files/HttpHandlers/filehandler.ashx?action=bulk&filename=QUJD` }]);
    return path.endsWith('/filehandler.ashx') ? { body, headers } : undefined;
  });
  const { source } = makeSource({ baseUrl: server.url, generation });
  return (await archiveOf(source, '7/1')).open();
}

const binary = { 'content-type': 'application/octet-stream' };

describe('the download of one file, without a name', () => {
  test.each<[string, Handed]>([
    ['has another size than the file', { body: zipBytes, headers: binary }],
    ['has another size, and no type either', { body: zipBytes }],
    ['is called a ZIP by its type', { body: zipBytes, headers: { 'content-type': 'application/zip' } }],
  ])('is an archive of it when it %s', async (_name, handed) => {
    const content = await opened(handed);
    expect([content.format, (await readAll(content.body)).equals(zipBytes)]).toEqual(['zip', true]);
  });

  test.each(['workspace', 'docspace'] as const)('is the file itself when it has its size, from %s', async (generation) => {
    const content = await opened({ body: fileBytes, headers: binary }, generation);
    expect([content.format, content.name, (await readAll(content.body)).equals(fileBytes)]).toEqual(['single', 'Vertrag.txt', true]);
  });

  test('is refused as the file when its name says so and its size does not', async () => {
    const cut = { body: fileBytes.subarray(0, 0), headers: { ...binary, 'content-disposition': 'attachment; filename=Vertrag.txt' } };
    expect(await errorOf(opened(cut))).toMatchObject({ kind: 'truncated', status: 'permanent', message: `the vendor made a file of 0 bytes out of one of ${fileBytes.length}` });
  });
});

describe('the download of one file, whose name is not what it looks like', () => {
  test.each([
    ['Plan%20EG.zip', '"Plan%20EG.zip"'],
    ['100%25.docx', '100%25.docx'],
    ['50% Anzahlung.docx', '"50% Anzahlung.docx"'],
    ['Verträge.zip', '"Vertr%C3%A4ge.zip"'],
    ['Verträge 50%25.zip', '"Vertr%C3%A4ge%2050%2525.zip"; filename*=UTF-8\'\'Vertr%C3%A4ge%2050%2525.zip'],
  ])('is the file %s itself, which comes as %s', async (title, sent) => {
    const content = await opened({ body: fileBytes, title, headers: { ...binary, 'content-disposition': `attachment; filename=${sent}` } }, 'docspace');
    expect([content.format, content.name]).toEqual(['single', title]);
  });
});
