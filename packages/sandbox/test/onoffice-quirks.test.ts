import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleDocumentNamed } from '../src/documents/index.ts';
import { documentedQuirks, startOnOfficeSandbox, type OnOfficeQuirks, type OnOfficeSandbox } from '../src/onoffice/index.ts';
import {
  action,
  addressFiles,
  appointmentFiles,
  call,
  callOne,
  download,
  downloadFiles,
  errorcode,
  fileLink,
  pageLink,
  post,
  records,
  type Answer,
  type Result,
} from './onoffice-client.ts';

let sandbox: OnOfficeSandbox;
let now = 0;
beforeAll(async () => {
  sandbox = await startOnOfficeSandbox({ now: () => now });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  now = Date.now();
  Object.assign(sandbox.quirks, documentedQuirks());
});

const set = (quirks: Partial<OnOfficeQuirks>): void => void Object.assign(sandbox.quirks, quirks);
const list = (parameters: object = {}) => addressFiles(sandbox, { addressid: 1237, ...parameters });
const appointment = (parameters: object = {}) => appointmentFiles(sandbox, { appointmentid: 247, ...parameters });
const unsigned = () => action(sandbox, { parameters: { addressid: 1237 } }, { hmac: 'wrong' });
const batch = (...identifiers: string[]) => identifiers.map((identifier) => action(sandbox, { identifier, parameters: { addressid: 1237, listlimit: 1 } }));
const identifiers = (answer: Answer): string[] => answer.response.results.map((result) => result.identifier);
const raw = (...actions: object[]): Promise<Response> => post(sandbox, { token: sandbox.token, request: { actions } });
const idsOf = (result: Result): unknown[] => result.data.records.map((record) => record.id);
const picture = sampleDocumentNamed('Straßenansicht.png').bytes();

/** One entry for each quirk, so that a quirk without a test does not compile. */
const behaviours: Record<keyof OnOfficeQuirks, Record<string, () => Promise<void>>> = {
  errorShape: {
    'action-only leaves the global status at OK': async () => {
      expect((await call(sandbox, list(), unsigned())).status).toEqual({ code: 200, errorcode: 0, message: 'OK' });
    },
    'global-97 says that some action failed': async () => {
      set({ errorShape: 'global-97' });
      const answer = await call(sandbox, list(), unsigned());
      expect(answer.status).toMatchObject({ errorcode: 97, message: 'Error in action' });
      expect(answer.response.results.map((result) => result.status.errorcode)).toEqual([0, 137]);
      expect((await call(sandbox, list())).status.errorcode).toBe(0);
    },
    'global-same repeats the first failure': async () => {
      set({ errorShape: 'global-same' });
      expect((await call(sandbox, list(), action(sandbox, { resourceid: 'task' }), unsigned())).status).toEqual({
        code: 500,
        errorcode: 24,
        message: 'missing configuration for resourceId "task"',
      });
      expect((await call(sandbox, unsigned())).status.code).toBe(400);
    },
  },
  tokenErrorLevel: {
    'action tells a wrong token in each result': async () => {
      set({ tokenErrorLevel: 'action' });
      const answer = (await (await post(sandbox, { token: 'x', request: { actions: [list(), list()] } })).json()) as Answer;
      expect(answer.status.errorcode).toBe(0);
      expect(answer.response.results.map((result) => result.status.errorcode)).toEqual([22, 22]);
    },
  },
  errorHttpStatus: {
    'as-code sends the global code as HTTP status': async () => {
      set({ errorHttpStatus: 'as-code', errorShape: 'global-same' });
      expect((await raw(action(sandbox, { resourceid: 'task' }))).status).toBe(500);
      expect((await post(sandbox, { token: 'x', request: { actions: [{}] } })).status).toBe(400);
      expect((await raw(list())).status).toBe(200);
    },
  },
  actionStatusKey: {
    'code names the action status as the structure page does': async () => {
      set({ actionStatusKey: 'code' });
      expect((await callOne(sandbox, unsigned())).status).toEqual({ code: 137, message: 'The HMAC is invalid' });
    },
  },
  finalPeriod: {
    'ends the text of 137 with a period': async () => {
      set({ finalPeriod: true });
      expect((await callOne(sandbox, unsigned())).status.message).toBe('The HMAC is invalid.');
    },
  },
  clockMessage: {
    'timestamp-invalid is the text of the questions and answers page': async () => {
      set({ clockMessage: 'timestamp-invalid' });
      now += 3_600_000;
      expect((await callOne(sandbox, list())).status).toEqual({ errorcode: 136, message: 'timestamp invalid' });
    },
  },
  clockEdge: {
    'fails refuses a clock that is off by exactly 120 seconds': async () => {
      const timestamp = Math.floor(now / 1000) - 120;
      expect(await errorcode(sandbox, action(sandbox, { timestamp, parameters: { addressid: 1237 } }))).toBe(0);
      set({ clockEdge: 'fails' });
      expect(await errorcode(sandbox, action(sandbox, { timestamp, parameters: { addressid: 1237 } }))).toBe(136);
    },
  },
  actionError: {
    'fails the actions it names, as often as it says': async () => {
      set({ actionError: { errorcode: 303, message: 'try again', resourceid: 'appointment', times: 1 } });
      const codes = (await call(sandbox, list(), appointment(), appointment())).response.results.map((result) => result.status.errorcode);
      expect(codes).toEqual([0, 303, 0]);
      set({ actionError: { errorcode: 158, resourcetype: 'downloadFiles' } });
      expect((await callOne(sandbox, downloadFiles(sandbox, { addressid: 1237 }))).status.message).toBe('Access from this IP not allowed');
      expect(await errorcode(sandbox, list())).toBe(0);
    },
  },
  idsAsStrings: {
    'gives record ids as text': async () => {
      set({ idsAsStrings: true });
      expect(idsOf(await callOne(sandbox, list({ listlimit: 2 })))).toEqual(['1757', '1758']);
    },
  },
  fileSizeAsString: {
    'always and never hold for both kinds of file': async () => {
      const types = async () => [await records(sandbox, list()), await records(sandbox, appointment())].map(([first]) => typeof first?.elements['fileSize']);
      expect(await types()).toEqual(['number', 'string']);
      set({ fileSizeAsString: 'always' });
      expect(await types()).toEqual(['string', 'string']);
      set({ fileSizeAsString: 'never' });
      expect(await types()).toEqual(['number', 'number']);
    },
  },
  fileSizeMissing: {
    'leaves the size out': async () => {
      set({ fileSizeMissing: true });
      for (const one of [list(), appointment()]) expect((await records(sandbox, one))[0]?.elements).not.toHaveProperty('fileSize');
    },
  },
  elementsAsArray: {
    'wraps elements in an array of one object': async () => {
      set({ elementsAsArray: true });
      expect((await records(sandbox, list()))[0]?.elements).toEqual([expect.objectContaining({ name: 'Grundriss Obergeschoß.pdf' })]);
    },
  },
  cntabsolute: {
    'is the total, the rows of the page, null or zero': async () => {
      const counts: unknown[] = [];
      for (const cntabsolute of ['total', 'page', 'null', 'zero'] as const) {
        set({ cntabsolute });
        counts.push((await callOne(sandbox, list({ listlimit: 3 }))).data.meta.cntabsolute);
      }
      expect(counts).toEqual([25, 3, null, 0]);
    },
  },
  escapedSlashes: {
    'false leaves slashes as they are': async () => {
      set({ escapedSlashes: false });
      expect(await (await raw(appointment())).text()).toContain('http://127.0.0.1');
    },
  },
  addressFileIdCasing: {
    'decides which spelling is heard; the other gives the list': async () => {
      const counts = async () => [await records(sandbox, list({ fileid: 1757 })), await records(sandbox, list({ fileId: 1757 }))].map((found) => found.length);
      expect(await counts()).toEqual([1, 20]);
      set({ addressFileIdCasing: 'fileId' });
      expect(await counts()).toEqual([20, 1]);
      set({ addressFileIdCasing: 'both' });
      expect(await counts()).toEqual([1, 1]);
    },
  },
  appointmentFileIdCasing: {
    'decides which spelling is heard': async () => {
      const counts = async () => [await records(sandbox, appointment({ fileId: 3247 })), await records(sandbox, appointment({ fileid: 3247 }))].map((found) => found.length);
      expect(await counts()).toEqual([1, 11]);
      set({ appointmentFileIdCasing: 'both' });
      expect(await counts()).toEqual([1, 1]);
    },
  },
  appointmentFileIdSupported: {
    'false ignores fileId and gives the list': async () => {
      set({ appointmentFileIdSupported: false });
      expect(await records(sandbox, appointment({ fileId: 3247 }))).toHaveLength(11);
    },
  },
  strictParameters: {
    'refuses parameters that are not documented': async () => {
      expect(await errorcode(sandbox, list({ sortby: 'name' }))).toBe(0);
      set({ strictParameters: true });
      expect((await callOne(sandbox, list({ sortby: 'name' }))).status).toEqual({ errorcode: 144, message: 'Invalid field in input data: sortby' });
      expect(await errorcode(sandbox, downloadFiles(sandbox, { addressid: 1237, listlimit: 5 }))).toBe(144);
      expect(await errorcode(sandbox, appointment({ listlimit: 5 }))).toBe(0);
    },
  },
  listlimitOverMax: {
    'error refuses more than 100': async () => {
      set({ listlimitOverMax: 'error' });
      expect(await errorcode(sandbox, list({ listlimit: 101 }))).toBe(255);
      expect(await errorcode(sandbox, list({ listlimit: 100 }))).toBe(0);
    },
  },
  listlimitBelowOne: {
    'default takes 20, error refuses': async () => {
      expect(await records(sandbox, list({ listlimit: 0 }))).toHaveLength(20);
      set({ listlimitBelowOne: 'error' });
      expect(await errorcode(sandbox, list({ listlimit: -1 }))).toBe(255);
    },
  },
  unknownAddress: {
    'gives the code that it names, for both calls': async () => {
      for (const unknownAddress of [80, 292] as const) {
        set({ unknownAddress });
        expect(await errorcode(sandbox, list({ addressid: 99 }))).toBe(unknownAddress);
        expect(await errorcode(sandbox, downloadFiles(sandbox, { addressid: 99 }))).toBe(unknownAddress);
      }
    },
  },
  unknownAppointment: {
    'gives the code that it names': async () => {
      for (const unknownAppointment of [80, 121, 169] as const) {
        set({ unknownAppointment });
        expect(await errorcode(sandbox, appointment({ appointmentid: 99 }))).toBe(unknownAppointment);
      }
    },
  },
  unknownFile: {
    '127 holds for an address; a foreign file of an appointment stays an empty result': async () => {
      set({ unknownFile: 127 });
      expect(await errorcode(sandbox, list({ fileid: 2001 }))).toBe(127);
      expect(await records(sandbox, appointment({ fileId: 4001 }))).toEqual([]);
    },
  },
  listOrder: {
    'newest-first turns the list round': async () => {
      set({ listOrder: 'newest-first' });
      expect(idsOf(await callOne(sandbox, list({ listlimit: 2 })))).toEqual([1781, 1780]);
    },
    'unstable makes pages overlap': async () => {
      set({ listOrder: 'unstable' });
      const first = idsOf(await callOne(sandbox, list({ listlimit: 2 })));
      expect(idsOf(await callOne(sandbox, list({ listlimit: 2 })))[0]).toBe(first[1]);
    },
  },
  contentFault: {
    'leaves the content out, halves it, or sends something else': async () => {
      const content = async () => (await records(sandbox, list({ fileid: 1759 })))[0]?.elements['content'];
      set({ contentFault: { kind: 'missing' } });
      expect(await content()).toBeUndefined();
      set({ contentFault: { kind: 'not-base64' } });
      expect(await content()).toContain('<p>');
      set({ contentFault: { kind: 'shortened', times: 1 } });
      expect(Buffer.from(String(await content()), 'base64')).toHaveLength(picture.length / 2);
      expect(Buffer.from(String(await content()), 'base64')).toHaveLength(picture.length);
    },
  },
  maxActions: {
    'refuses a bigger request as a whole': async () => {
      set({ maxActions: 2 });
      const answer = await call(sandbox, ...batch('a', 'b', 'c'));
      expect(answer).toMatchObject({ status: { code: 500, errorcode: 1 }, response: { results: [] } });
      expect(identifiers(await call(sandbox, ...batch('a', 'b')))).toEqual(['a', 'b']);
    },
  },
  dropResult: {
    'leaves out the last result, or the one it names': async () => {
      set({ dropResult: true });
      expect(identifiers(await call(sandbox, ...batch('a', 'b', 'c')))).toEqual(['a', 'b']);
      set({ dropResult: { index: 0, times: 1 } });
      expect(identifiers(await call(sandbox, ...batch('a', 'b', 'c')))).toEqual(['b', 'c']);
      expect(identifiers(await call(sandbox, ...batch('a', 'b', 'c')))).toEqual(['a', 'b', 'c']);
    },
  },
  shuffleResults: {
    'sends results in another order': async () => {
      set({ shuffleResults: true });
      expect(identifiers(await call(sandbox, ...batch('a', 'b', 'c')))).toEqual(['c', 'b', 'a']);
    },
  },
  wrongResult: {
    'makes one result the answer to an action that nobody sent': async () => {
      set({ wrongResult: { index: 1 } });
      const { response } = await call(sandbox, ...batch('a', 'b'));
      expect(response.results.map((result) => result.resourcetype)).toEqual(['file', 'estatepictures']);
    },
  },
  missingResults: {
    'leaves response out': async () => {
      set({ missingResults: true });
      expect(await (await raw(list())).json()).toEqual({ status: { code: 200, errorcode: 0, message: 'OK' } });
    },
  },
  httpStatus: {
    'comes with Retry-After in seconds or as a date, as often as it says': async () => {
      set({ httpStatus: { status: 429, retryAfter: 3, times: 1, after: 1 } });
      expect((await raw(list())).status).toBe(200);
      const limited = await raw(list());
      expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
      expect(limited.headers.get('content-type')).toContain('text/html');
      expect((await raw(list())).status).toBe(200);
      set({ httpStatus: { status: 503, retryAfter: new Date(0) } });
      expect((await raw(list())).headers.get('retry-after')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
    },
    'takes any status': async () => {
      for (const status of [401, 402, 403, 404, 500, 502, 504]) {
        set({ httpStatus: { status } });
        expect((await raw(list())).status).toBe(status);
      }
    },
  },
  htmlAnswer: {
    'is a page with status 200': async () => {
      set({ htmlAnswer: true });
      const response = await raw(list());
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(await response.text()).toContain('<!DOCTYPE html>');
    },
  },
  halfJson: {
    'stops in the middle of the JSON': async () => {
      set({ halfJson: { times: 1 } });
      await expect((await raw(list())).json()).rejects.toThrow(/JSON/);
      expect(await (await raw(list())).json()).toHaveProperty('response');
    },
  },
  emptyBody: {
    'is status 200 and nothing else': async () => {
      set({ emptyBody: true });
      const response = await raw(list());
      expect([response.status, await response.text()]).toEqual([200, '']);
    },
  },
  dropConnection: {
    'ends the connection without an answer': async () => {
      set({ dropConnection: { times: 1 } });
      await expect(raw(list())).rejects.toThrow('fetch failed');
      expect((await raw(list())).status).toBe(200);
    },
  },
  delayMs: {
    'keeps the caller waiting': async () => {
      set({ delayMs: 200 });
      const start = performance.now();
      await raw(list());
      expect(performance.now() - start).toBeGreaterThan(190);
    },
  },
  maxBodyBytes: {
    'refuses bigger bodies with 413': async () => {
      set({ maxBodyBytes: 1000 });
      expect((await raw(...batch('a', 'b', 'c', 'd', 'e', 'f', 'g'))).status).toBe(413);
      expect((await raw(list())).status).toBe(200);
    },
  },
  apiRedirect: {
    'sends a caller from stable to latest': async () => {
      set({ apiRedirect: 307 });
      const response = await raw(list());
      expect([response.status, response.redirected, response.url]).toEqual([200, true, sandbox.apiUrl.replace('stable', 'latest')]);
      set({ apiRedirect: 301 });
      expect((await raw(list())).status).toBe(405);
    },
  },
  expiredLinkAnswer: {
    'is a page with status 200, 403, 404 or 410 after one hour': async () => {
      const link = await fileLink(sandbox);
      now += 3_599_000;
      expect((await download(link)).bytes.equals(picture)).toBe(true);
      now += 1000;
      for (const [expiredLinkAnswer, status] of [['html-200', 200], [403, 403], [404, 404], [410, 410]] as const) {
        set({ expiredLinkAnswer });
        const response = await fetch(link);
        expect(response.status).toBe(status);
        expect(await response.text()).toContain('Link abgelaufen');
      }
    },
  },
  linkHost: {
    'same puts links on the server of the API': async () => {
      expect(new URL(await fileLink(sandbox)).origin).toBe(sandbox.fileHost);
      set({ linkHost: 'same' });
      const link = await fileLink(sandbox);
      expect(new URL(link).origin).toBe(new URL(sandbox.apiUrl).origin);
      expect((await download(link)).bytes.equals(picture)).toBe(true);
      expect(new URL(await pageLink(sandbox, 1237)).origin).toBe(new URL(sandbox.apiUrl).origin);
    },
  },
  linkInstead: {
    'stands in every answer': async () => {
      set({ linkInstead: 'http://169.254.169.254/latest/meta-data/' });
      expect(await fileLink(sandbox)).toBe('http://169.254.169.254/latest/meta-data/');
      expect(await pageLink(sandbox, 1237)).toBe('http://169.254.169.254/latest/meta-data/');
    },
  },
  linkReuse: {
    'gives the same link until it has run out': async () => {
      set({ linkReuse: true });
      const link = await fileLink(sandbox, 248, 4001);
      expect(await fileLink(sandbox, 248, 4001)).toBe(link);
      expect(await fileLink(sandbox, 248, 4002)).not.toBe(link);
      now += 3_600_000;
      const [record] = await records(sandbox, action(sandbox, { resourceid: 'appointment', parameters: { appointmentid: 248, fileId: 4001 } }, {}, now));
      expect(record?.elements['url']).not.toBe(link);
    },
  },
  linkOnce: {
    'lets a link be used once': async () => {
      set({ linkOnce: true, expiredLinkAnswer: 410 });
      const link = await fileLink(sandbox);
      expect([(await download(link)).status, (await download(link)).status]).toEqual([200, 410]);
    },
  },
  linkRedirect: {
    'leads on, on the same host or to another': async () => {
      for (const [linkRedirect, origin] of [['same-host', sandbox.fileHost], ['other-host', new URL(sandbox.apiUrl).origin]] as const) {
        set({ linkRedirect });
        const response = await fetch(await fileLink(sandbox));
        expect([response.redirected, new URL(response.url).origin]).toEqual([true, origin]);
        expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true);
      }
    },
  },
  linkRanges: {
    'false sends the whole file whatever range is asked': async () => {
      const link = await fileLink(sandbox);
      const part = await download(link, { range: 'bytes=10-19' });
      expect([part.status, part.bytes.equals(picture.subarray(10, 20))]).toEqual([206, true]);
      set({ linkRanges: false });
      const whole = await fetch(link, { headers: { range: 'bytes=10-19' } });
      expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, null]);
      expect((await whole.arrayBuffer()).byteLength).toBe(picture.length);
    },
  },
  linkHead: {
    'false refuses HEAD': async () => {
      const link = await fileLink(sandbox);
      const head = await fetch(link, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(picture.length)]);
      set({ linkHead: false });
      expect((await fetch(link, { method: 'HEAD' })).status).toBe(405);
    },
  },
  linkContentDisposition: {
    'false leaves the name out': async () => {
      const link = await fileLink(sandbox, 247, 3248);
      expect((await fetch(link)).headers.get('content-disposition')).toBe('attachment; filename="Grundriss Obergeschoß.pdf"');
      set({ linkContentDisposition: false });
      expect((await fetch(link)).headers.get('content-disposition')).toBeNull();
    },
  },
  linkMediaType: {
    'octet-stream says nothing of the kind of file': async () => {
      const link = await fileLink(sandbox);
      expect((await fetch(link)).headers.get('content-type')).toBe('image/png');
      set({ linkMediaType: 'octet-stream' });
      expect((await fetch(link)).headers.get('content-type')).toBe('application/octet-stream');
    },
  },
  linkValidators: {
    'false leaves ETag and Last-Modified out': async () => {
      const link = await fileLink(sandbox);
      expect((await fetch(link)).headers.get('etag')).toMatch(/^"[\da-f]{32}"$/);
      set({ linkValidators: false });
      const { headers } = await fetch(link);
      expect([headers.get('etag'), headers.get('last-modified')]).toEqual([null, null]);
    },
  },
  linkWithoutLength: {
    'sends chunked': async () => {
      set({ linkWithoutLength: true });
      const response = await fetch(await fileLink(sandbox));
      expect(response.headers.get('content-length')).toBeNull();
      expect((await response.arrayBuffer()).byteLength).toBe(picture.length);
    },
  },
  linkLogin: {
    'answers with a page that asks for a login': async () => {
      set({ linkLogin: { times: 1 } });
      const link = await fileLink(sandbox);
      expect(await (await fetch(link)).text()).toContain('Login');
      expect((await download(link)).bytes.equals(picture)).toBe(true);
    },
  },
  linkStatus: {
    'is the status of downloads, not of the API': async () => {
      set({ linkStatus: { status: 503, retryAfter: 1, times: 2 } });
      const link = await fileLink(sandbox);
      expect([(await download(link)).status, (await download(link)).status, (await download(link)).status]).toEqual([503, 503, 200]);
    },
  },
  linkFault: {
    'cut breaks the connection in the middle of the file': async () => {
      set({ linkFault: { kind: 'cut', afterBytes: 1000, times: 1 } });
      const link = await fileLink(sandbox);
      expect(await download(link)).toMatchObject({ status: 200, complete: false, length: picture.length, bytes: picture.subarray(0, 1000) });
      expect(await download(link)).toMatchObject({ complete: true });
    },
    'cut after no byte at all still sends the headers': async () => {
      set({ linkFault: { kind: 'cut', afterBytes: 0 } });
      expect(await download(await fileLink(sandbox))).toMatchObject({ status: 200, complete: false, bytes: Buffer.alloc(0) });
    },
    'cut counts the bytes of a range': async () => {
      set({ linkFault: { kind: 'cut', afterBytes: 10 } });
      const part = await download(await fileLink(sandbox), { range: 'bytes=100-' });
      expect(part).toMatchObject({ status: 206, complete: false, bytes: picture.subarray(100, 110) });
    },
    'shorten sends less and says so little that it looks whole': async () => {
      set({ linkFault: { kind: 'shorten', afterBytes: 1000 } });
      expect(await download(await fileLink(sandbox))).toMatchObject({ status: 200, complete: true, length: 1000 });
    },
    'stall goes silent': async () => {
      set({ linkFault: { kind: 'stall', afterBytes: 1000 } });
      expect(await download(await fileLink(sandbox), {}, 1000)).toMatchObject({ status: 200, complete: false, bytes: picture.subarray(0, 1000) });
    },
  },
};

describe.each(Object.entries(behaviours))('quirk %s', (_quirk, sentences) => {
  test.each(Object.entries(sentences))('%s', (_sentence, check) => check());
});

describe('quirks', () => {
  test('given at the start differ from the documented ones in nothing else', async () => {
    const own = await startOnOfficeSandbox({ quirks: { idsAsStrings: true }, data: {} });
    expect(own.quirks).toEqual({ ...documentedQuirks(), idsAsStrings: true });
    await own.close();
  });

  test('with a number of times begin again when they are set anew', async () => {
    for (let round = 0; round < 2; round += 1) {
      set({ emptyBody: { times: 1 } });
      expect([await (await raw(list())).text(), (await raw(list())).status]).toEqual(['', 200]);
    }
  });
});
