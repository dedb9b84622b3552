import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleDocumentNamed, sampleDocuments } from '../src/documents/index.ts';
import { documentedQuirks, startOnOfficeSandbox, type OnOfficeSandbox } from '../src/onoffice/index.ts';
import { action, addressFiles, appointmentFiles, call, callOne, downloadFiles, errorcode, GET, pageLink, post, present, records } from './onoffice-client.ts';

let sandbox: OnOfficeSandbox;
beforeAll(async () => {
  sandbox = await startOnOfficeSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  Object.assign(sandbox.quirks, documentedQuirks());
});

const idsOf = (list: readonly { id: number | string }[]): unknown[] => list.map((record) => record.id);

describe('files of an address', () => {
  test('are listed with the documented elements and no content', async () => {
    const { status, response } = await call(sandbox, addressFiles(sandbox, { addressid: '1237' }));
    expect(status).toEqual({ code: 200, errorcode: 0, message: 'OK' });
    const [result] = response.results;
    expect(result).toMatchObject({ actionid: GET, resourceid: 'address', resourcetype: 'file', cacheable: true, identifier: '', status: { errorcode: 0, message: 'OK' } });
    expect(result?.data.meta).toEqual({ cntabsolute: 25 });
    const first = present(result?.data.records[0]);
    expect(first).toMatchObject({ id: 1757, type: 'file' });
    expect(Object.keys(first.elements)).toEqual(['type', 'name', 'originalname', 'filename', 'fileSize', 'modified', 'date']);
    expect(first.elements).toMatchObject({ name: 'Grundriss Obergeschoß.pdf', originalname: 'Grundriss Obergeschoß.pdf' });
    expect(first.elements['fileSize']).toBe(sampleDocumentNamed('Grundriss Obergeschoß.pdf').bytes().length);
    expect(first.elements['filename']).toMatch(/^\d{14}[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.pdf$/);
    expect(first.elements['date']).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(String(first.elements['filename']).slice(0, 8)).toBe(String(first.elements['date']).replaceAll('-', ''));
  });

  test('come 20 at a time by default and 100 at most', async () => {
    expect(await records(sandbox, addressFiles(sandbox, { addressid: 1240 }))).toHaveLength(20);
    expect(await records(sandbox, addressFiles(sandbox, { addressid: 1240, listlimit: 50 }))).toHaveLength(50);
    expect(await records(sandbox, addressFiles(sandbox, { addressid: 1240, listlimit: '500' }))).toHaveLength(100);
  });

  test('are all reached by offset', async () => {
    const seen: unknown[] = [];
    for (let listoffset = 0; listoffset < 300; listoffset += 100) {
      seen.push(...idsOf(await records(sandbox, addressFiles(sandbox, { addressid: 1240, listlimit: 100, listoffset }))));
    }
    expect(seen).toEqual(Array.from({ length: 260 }, (_, index) => 2001 + index));
  });

  test('an offset behind the end gives an empty page with the total', async () => {
    const { data } = await callOne(sandbox, addressFiles(sandbox, { addressid: 1240, listoffset: 260 }));
    expect(data).toEqual({ meta: { cntabsolute: 260 }, records: [] });
  });

  test.each(sampleDocuments().map((document, index) => [document.name, 1757 + index, document] as const))(
    '%s comes whole as base64 when it is asked for by its id',
    async (name, fileid, document) => {
      const [record, ...others] = await records(sandbox, addressFiles(sandbox, { addressid: 1237, fileid }));
      expect(others).toEqual([]);
      expect(record?.elements['name']).toBe(name);
      expect(Buffer.from(String(record?.elements['content']), 'base64').equals(document.bytes())).toBe(true);
    },
  );

  test('an address without files, one that is unknown, and a file id of another address give an empty success', async () => {
    for (const parameters of [{ addressid: 1250 }, { addressid: 99 }, { addressid: 1237, fileid: 2001 }]) {
      const { data, status } = await callOne(sandbox, addressFiles(sandbox, parameters));
      expect(data).toEqual({ meta: { cntabsolute: 0 }, records: [] });
      expect(status.errorcode).toBe(0);
    }
  });

  test.each([
    [96, {}],
    [96, { addressid: '' }],
    [228, { addressid: 'Müller' }],
    [228, { addressid: 1237, fileid: {} }],
    [255, { addressid: 1237, listoffset: -1 }],
  ])('error %d for %j', async (code, parameters) => {
    const result = await callOne(sandbox, addressFiles(sandbox, parameters));
    expect(result).toMatchObject({ cacheable: false, data: [], status: { errorcode: code } });
  });
});

describe('files of an appointment', () => {
  test('are listed with user, name, size as text, and a link', async () => {
    const [record] = await records(sandbox, appointmentFiles(sandbox, { appointmentid: '247' }));
    expect(record).toMatchObject({ id: 3247, type: 'file', elements: { username: 'mustermann', filename: 'Bild1.png', fileSize: '192288' } });
    expect(Object.keys(present(record).elements)).toEqual(['username', 'filename', 'fileSize', 'url']);
    expect(String(record?.elements['url'])).toMatch(new RegExp(`^${sandbox.fileHost}/smart/app/smart/AppAnonymousFileDownload\\.php\\?params=[\\w%]+$`));
  });

  test('fileId reduces the answer to one file, and to none when the file belongs elsewhere', async () => {
    expect(idsOf(await records(sandbox, appointmentFiles(sandbox, { appointmentid: 247, fileId: 3250 })))).toEqual([3250]);
    expect(await records(sandbox, appointmentFiles(sandbox, { appointmentid: 247, fileId: 4001 }))).toEqual([]);
  });

  test('each listing makes new links', async () => {
    const list = appointmentFiles(sandbox, { appointmentid: 247 });
    const [first, second] = [await records(sandbox, list), await records(sandbox, list)];
    const urls = [...first, ...second].map((record) => record.elements['url']);
    expect(new Set(urls).size).toBe(urls.length);
  });

  test.each([
    [117, {}],
    [117, []],
    [121, { appointmentid: 'heute' }],
    [0, { appointmentid: 99 }],
    [0, { appointmentid: 249 }],
  ])('error %d for %j', async (code, parameters) => {
    expect(await errorcode(sandbox, appointmentFiles(sandbox, parameters))).toBe(code);
  });
});

describe('the download link of an address', () => {
  test('is one record named downloadUrl whose elements are an array of one text, counted as zero', async () => {
    const result = await callOne(sandbox, downloadFiles(sandbox, { addressid: '1237', language: 'FRA' }));
    expect(result.cacheable).toBe(true);
    expect(result.data.meta).toEqual({ cntabsolute: 0 });
    expect(result.data.records).toEqual([{ id: 'downloadUrl', type: 'file', elements: [expect.stringContaining('/smart/gui-handler.php?params=')] }]);
  });

  test('takes any three letters and nothing else as language', async () => {
    expect(await pageLink(sandbox, 1237, 'ita')).toContain('params=');
    expect(await errorcode(sandbox, downloadFiles(sandbox, { addressid: 1237, language: 'de' }))).toBe(160);
    expect(await errorcode(sandbox, downloadFiles(sandbox, { addressid: 1237, language: 7 }))).toBe(160);
    expect(await errorcode(sandbox, downloadFiles(sandbox, {}))).toBe(96);
  });
});

describe('a request', () => {
  const goodBody = () => JSON.stringify({ token: sandbox.token, request: { actions: [addressFiles(sandbox, { addressid: 1237 })] } });

  test('is read as JSON whatever its content type', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/plain']) {
      const response = await post(sandbox, goodBody(), { headers: { 'content-type': type } });
      expect(await response.json()).toMatchObject({ status: { errorcode: 0 } });
    }
  });

  test('reaches the API with a slash at the end, and under latest', async () => {
    for (const url of [`${sandbox.apiUrl}/`, sandbox.apiUrl.replace('stable', 'latest')]) {
      const response = await fetch(url, { method: 'POST', body: goodBody() });
      expect(await response.json()).toMatchObject({ status: { errorcode: 0 } });
    }
  });

  test('must be a POST', async () => {
    const response = await fetch(sandbox.apiUrl);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('answers with escaped slashes', async () => {
    const text = await (await post(sandbox, { token: sandbox.token, request: { actions: [downloadFiles(sandbox, { addressid: 1237 })] } })).text();
    expect(text).toContain('http:\\/\\/127.0.0.1');
    expect(text).not.toMatch(/[^\\]\//);
  });

  test.each([
    [9, 'no JSON'],
    [9, '[]'],
    [9, '{"token":"x"}'],
    [9, '{"token":"x","request":{"actions":[]}}'],
    [13, '{"request":{"actions":[{}]}}'],
    [13, '{"token":"","request":{"actions":[{}]}}'],
    [22, '{"token":"wrong","request":{"actions":[{}]}}'],
  ])('is refused as a whole with %d for %s', async (code, body) => {
    const response = await post(sandbox, body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: { errorcode: code }, response: { results: [] } });
  });

  test('is recorded with its body and the status of its answer', async () => {
    sandbox.requests.length = 0;
    await call(sandbox, addressFiles(sandbox, { addressid: 1237 }));
    expect(sandbox.requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: '/api/stable/api.php',
        status: 200,
        body: { token: sandbox.token, request: { actions: [expect.objectContaining({ resourcetype: 'file' })] } },
      }),
    ]);
  });
});

describe('a batch', () => {
  test('has one result per action in the order of the request, and one failure spoils no other', async () => {
    const { status, response } = await call(
      sandbox,
      action(sandbox, { identifier: 'a', parameters: { addressid: 1237, listlimit: 1 } }),
      action(sandbox, { identifier: 'b', resourcetype: 'file', resourceid: 'appointment' }),
      action(sandbox, { identifier: 'c' }, { hmac: 'wrong' }),
      action(sandbox, { identifier: 17, resourceid: 'appointment', parameters: { appointmentid: 250 } }),
    );
    expect(status.errorcode).toBe(0);
    expect(response.results.map((result) => [result.identifier, result.resourceid, result.status.errorcode])).toEqual([
      ['a', 'address', 0],
      ['b', 'appointment', 117],
      ['c', 'address', 137],
      ['17', 'appointment', 0],
    ]);
  });

  test('echoes null and missing fields as empty text', async () => {
    const { response } = await call(sandbox, action(sandbox, { identifier: null, resourceid: null }), { actionid: GET });
    expect(response.results).toMatchObject([
      { identifier: '', resourceid: '', status: { errorcode: 24, message: 'missing configuration for resourceId ""' } },
      { identifier: '', resourceid: '', resourcetype: '', status: { errorcode: 137 } },
    ]);
  });

  test.each([
    [23, { actionid: 'urn:onoffice-de-ns:smart:2.5:smartml:action:fetch' }],
    [23, { actionid: 'get' }],
    [25, { resourcetype: 'files' }],
    [25, { resourcetype: 'downloadfiles' }],
    [25, { actionid: 'urn:onoffice-de-ns:smart:2.5:smartml:action:read' }],
    [24, { resourceid: 'task' }],
    [24, { resourceid: 'Address' }],
    [24, { resourcetype: 'downloadFiles', resourceid: 'appointment' }],
    [199, { resourceid: 'estate' }],
    [199, { actionid: 'urn:onoffice-de-ns:smart:2.5:smartml:action:do', resourcetype: 'uploadfile', resourceid: null }],
  ])('error %d for an action with %j', async (code, fields) => {
    expect(await errorcode(sandbox, action(sandbox, { parameters: { addressid: 1237 }, ...fields }))).toBe(code);
  });
});

describe('the store', () => {
  test('may change between two pages', async () => {
    const own = await startOnOfficeSandbox({ data: { addresses: [{ id: 1, files: sampleDocuments() }] } });
    try {
      const page = (listoffset: number) => records(own, addressFiles(own, { addressid: 1, listlimit: 5, listoffset }));
      expect(idsOf(await page(0))).toEqual([1757, 1758, 1759, 1760, 1761]);
      own.store.addresses.removeFile(1, 1757);
      own.store.addresses.addFile(1, sampleDocumentNamed('Notiz.txt'));
      expect(idsOf(await page(5))).toEqual([1763, 1764, 1765, 1766, 1767]);
      expect(own.store.addresses.removeFolder(1)).toBe(true);
      expect(await page(0)).toEqual([]);
    } finally {
      await own.close();
    }
  });
});
