import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { demoIds, sampleDocuments } from '../src/index.ts';
import { type Bench, closeBenches, type Reply, startBench, unzip } from './onlyoffice-client.ts';

afterEach(closeBenches);

const { files } = demoIds;

const fetched = async (bench: Bench, body: unknown): Promise<Reply> => bench.call('GET', await bench.download(body));
const names = async (bench: Bench, body: unknown): Promise<string[]> => [...unzip((await fetched(bench, body)).bytes).keys()].sort();

describe('what a download delivers on DocSpace', () => {
  test('one file comes as it is, under its own title', async () => {
    const bench = await startBench();
    const { bytes, headers, status } = await fetched(bench, { fileIds: [files.note] });
    expect([status, bytes.equals(sampleDocuments().find(({ name }) => name === 'Notiz.txt')!.bytes())]).toEqual([200, true]);
    expect(headers.get('content-disposition')).toBe('attachment; filename=Notiz.txt');
  });

  test('two requested files of which one can be read come as an archive of one', async () => {
    const bench = await startBench();
    expect(await names(bench, { fileIds: [files.readable, files.hidden] })).toEqual(['Für alle.txt']);
  });

  test('one folder gives its name to the archive and loses it inside', async () => {
    const bench = await startBench();
    const { headers, bytes } = await fetched(bench, { folderIds: [demoIds.contracts] });
    expect(headers.get('content-disposition')).toBe(`attachment; filename="Vertr%C3%A4ge.zip"; filename*=UTF-8''Vertr%C3%A4ge.zip`);
    expect([...unzip(bytes).keys()].sort()).toEqual([
      'Miete & Pacht/',
      'Miete & Pacht/Mietvertrag Königsallee.docx',
      'Miete & Pacht/Straße 12/',
      'Miete & Pacht/Straße 12/Obergeschoß/',
      'Miete & Pacht/Straße 12/Obergeschoß/Übergabe.txt',
      'Mietvertrag Königsallee.docx',
      'Vertraulich.docx',
      'Wartungsvertrag.txt',
    ]);
  });

  test('files lie at the root, folders under their names, and equal paths are numbered', async () => {
    const bench = await startBench();
    expect(await names(bench, { fileIds: [files.lease, files.leaseCopy, files.emptyFile], folderIds: [demoIds.photos] })).toEqual([
      'Fotos/',
      'Fotos/Straßenansicht.png',
      'Mietvertrag Königsallee (1).docx',
      'Mietvertrag Königsallee.docx',
      'leer.txt',
    ]);
  });

  test('the number goes before the last dot of the whole path', async () => {
    const bench = await startBench();
    expect(await names(bench, { folderIds: [demoIds.versions] })).toEqual(['v1 (1).0/LIESMICH', 'v1.0/', 'v1.0/LIESMICH']);
  });

  test('what may not be downloaded is missing without a word', async () => {
    const bench = await startBench();
    expect(await names(bench, { folderIds: [demoIds.common] })).toEqual(['Gemischt/', 'Gemischt/Für alle.txt', 'Gemischt/Geteilt.txt', 'Hausordnung.txt']);
  });

  test('the archive of several things is named by portal and UTC day', async () => {
    const bench = await startBench();
    const { headers } = await fetched(bench, { fileIds: [files.note, files.lease] });
    expect(headers.get('content-disposition')).toBe('attachment; filename=sandbox-download-2026-06-15.zip');
  });

  test('a second download of the day takes the place of the first under the same url', async () => {
    const bench = await startBench();
    const first = await bench.download({ fileIds: [files.note, files.lease] });
    const second = await bench.download({ fileIds: [files.note, files.emptyFile] });
    expect(first).toBe(second);
    expect([...unzip((await bench.call('GET', first)).bytes).keys()].sort()).toEqual(['Notiz.txt', 'leer.txt']);
  });

  test('converted files get the new extension, images come as a ZIP of pages', async () => {
    const bench = await startBench();
    const { bytes, headers } = await fetched(bench, { fileConvertIds: [{ key: files.lease, value: '.pdf' }] });
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(headers.get('content-type')).toBe('application/pdf');
    const body = { fileIds: [files.note], fileConvertIds: [{ key: String(files.lease), value: '.png' }, { key: files.history, value: '' }] };
    expect(await names(bench, body)).toEqual(['Mietvertrag Königsallee.zip', 'Notiz.txt', 'Wartungsvertrag.txt']);
  });

  test('a file that fails leaves an error, a url and a hole', async () => {
    const bench = await startBench();
    await bench.call('PUT', '/api/2.0/files/fileops/bulkdownload', { body: { fileIds: [files.note], fileConvertIds: [{ key: files.protectedByPassword, value: '.pdf' }] } });
    bench.pass(1000);
    const { response } = await bench.call('GET', '/api/2.0/files/fileops');
    expect(response).toMatchObject([{ error: `${files.protectedByPassword}_password:`, finished: true, status: 2, url: expect.any(String) }]);
    expect(await names(bench, { fileIds: [files.note], fileConvertIds: [{ key: files.protectedByPassword, value: '.pdf', password: 'geheim' }] })).toEqual(['Notiz.txt', 'Vertraulich.pdf']);
  });

  test('own and third-party entries together come as one file, or as two archives in a row', async () => {
    const bench = await startBench();
    const single = await fetched(bench, { fileIds: [files.thirdParty], folderIds: [demoIds.contracts] });
    expect(single.headers.get('content-disposition')).toBe('attachment; filename="Angebot Dach.pdf"');
    const { bytes } = await fetched(bench, { folderIds: [demoIds.photos, demoIds.thirdParty] });
    const secondStart = bytes.indexOf('PK\x05\x06') + 22;
    expect([...unzip(bytes.subarray(0, secondStart)).keys()]).toEqual(['Straßenansicht.png']);
    expect([...unzip(bytes.subarray(secondStart)).keys()]).toEqual(['Angebote/', 'Angebote/Angebot Dach.pdf']);
  });

  test('an empty folder is an archive of nothing, unless the quirk says it is nothing', async () => {
    const bench = await startBench();
    expect(await names(bench, { folderIds: [demoIds.empty] })).toEqual([]);
    bench.sandbox.quirks.emptyFolderIsNothing = true;
    expect((await bench.call('PUT', '/api/2.0/files/fileops/bulkdownload', { body: { folderIds: [demoIds.empty] } })).status).toBe(404);
  });

  test('a user who wants tar.gz gets it', async () => {
    const bench = await startBench();
    expect((await bench.call('PUT', '/api/2.0/files/settings/downloadtargz', { body: { set: true } })).response).toBe(true);
    expect((await bench.call('GET', '/api/2.0/files/settings')).response).toMatchObject({ downloadTarGz: true });
    const { bytes, headers } = await fetched(bench, { folderIds: [demoIds.contracts] });
    expect(headers.get('content-disposition')).toContain('.tar.gz');
    expect(gunzipSync(bytes).includes('path=Miete & Pacht/Straße 12/Obergeschoß/Übergabe.txt')).toBe(true);
    const listed = spawnSync('tar', ['-tzf', '-'], { input: bytes, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    if (listed.error === undefined) expect(listed.status).toBe(0);
  });
});

describe('what a download delivers on Workspace', () => {
  test('one file is an archive too', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const { bytes, headers } = await fetched(bench, { fileIds: [files.note] });
    expect(headers.get('content-disposition')).toBe('attachment; filename=sandbox-download-2026-06-15.zip');
    expect([...unzip(bytes).keys()]).toEqual(['Notiz.txt']);
  });

  test('only empty folders have an entry of their own, and long paths lose their folders', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const { store } = bench.sandbox;
    const long = store.addFolder(demoIds.empty, { title: 'x'.repeat(200), files: [{ title: 'tief.txt', content: 'tief' }] });
    store.addFolder(long.id, { title: 'leer' });
    expect(await names(bench, { folderIds: [demoIds.empty, demoIds.photos] })).toEqual([
      'Fotos/Straßenansicht.png',
      'LONG_FOLDER_NAME/tief.txt',
      `Leerer Ordner/${'x'.repeat(200)}/leer/`,
    ]);
  });
});
