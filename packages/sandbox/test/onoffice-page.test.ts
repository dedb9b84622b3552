import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleDocumentNamed } from '../src/documents/index.ts';
import { documentedQuirks, startOnOfficeSandbox, type OnOfficeSandbox } from '../src/onoffice/index.ts';
import { fileLink, pageLink, present } from './onoffice-client.ts';

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

const text = async (url: string): Promise<string> => (await fetch(url)).text();

/** Links of a page as a browser would follow them. */
function linksOf(html: string, page: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map((match) => new URL(present(match[1]).replaceAll('&amp;', '&'), page).href);
}

function unzip(zip: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>();
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [method, size, nameLength, extraLength, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt32LE(at + 42)];
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(start, start + size);
    members.set(zip.subarray(at + 46, at + 46 + nameLength).toString(), method === 8 ? inflateRawSync(data) : data);
    at += 46 + nameLength + extraLength + zip.readUInt16LE(at + 32);
  }
  return members;
}

describe('the page behind a 14-day link', () => {
  test('lists every file with a download that gives its bytes', async () => {
    const link = await pageLink(sandbox, 1237);
    const html = await text(link);
    const files = present(sandbox.store.addresses.files(1237));
    const [all, ...downloads] = linksOf(html, link);
    expect(all).toMatch(/&all=1$/);
    expect(downloads).toHaveLength(files.length);
    for (const [index, file] of files.entries()) {
      const response = await fetch(present(downloads[index]));
      expect(Buffer.from(await response.arrayBuffer()).equals(file.document.bytes())).toBe(true);
      expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=/);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('is a table that a screen reader can read', async () => {
    const html = await text(await pageLink(sandbox, 1237));
    expect(html).toContain('<html lang="de-DE">');
    expect(html).toContain('<caption>25 Dateien</caption>');
    expect(html.match(/<th scope="col"/g)).toHaveLength(4);
    expect(html.match(/<th scope="row"/g)).toHaveLength(25);
    expect(html).toContain('aria-label="Herunterladen: Straßenansicht.png"');
    expect(html).toMatch(/>3,1\sMB</);
  });

  test('escapes names', async () => {
    const html = await text(await pageLink(sandbox, 1237));
    expect(html).toContain('Angebot &lt;neu&gt; &amp; &quot;alt&quot; 100%.txt');
    const hostile = await text(await pageLink(sandbox, 1260));
    expect(hostile).not.toContain('<script');
    expect(hostile).toContain('ohne Namen');
  });

  test('forbids scripts and tells its address to nobody', async () => {
    const { headers } = await fetch(await pageLink(sandbox, 1237));
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['DEU', 'Ihre Dateien', 'Größe'],
    ['ger', 'Ihre Dateien', 'Größe'],
    ['ENG', 'Your files', 'Download all as ZIP'],
    ['FRA', 'Vos fichiers', 'Télécharger'],
    ['ITA', 'Your files', 'Download all as ZIP'],
    [undefined, 'Ihre Dateien', 'Herunterladen'],
  ])('in %s says "%s"', async (language, ...words) => {
    const html = await text(await pageLink(sandbox, 1237, language));
    for (const word of words) expect(html).toContain(word);
  });

  test('gives all files as one ZIP, each under a name of its own', async () => {
    const response = await fetch(`${await pageLink(sandbox, 1237)}&all=1`);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="Dateien 1237.zip"');
    const members = unzip(Buffer.from(await response.arrayBuffer()));
    const files = present(sandbox.store.addresses.files(1237));
    expect(members.size).toBe(files.length);
    expect([...members.keys()]).toEqual(expect.arrayContaining(['Notiz.txt', 'Notiz (2).txt', 'Kaufvertrag 12_2026.pdf', 'leer.txt', 'Übergabeprotokoll Müller.docx']));
    expect(Buffer.concat([...members.values()]).equals(Buffer.concat(files.map((file) => file.document.bytes())))).toBe(true);
  });

  test('puts no hostile name into the ZIP', async () => {
    const response = await fetch(`${await pageLink(sandbox, 1260)}&all=1`);
    const names = [...unzip(Buffer.from(await response.arrayBuffer())).keys()];
    expect(names).toHaveLength(14);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    for (const name of names) expect(name).not.toMatch(/[/\\\u0000-\u001f]|^\.*$/);
  });

  test('says so when the address has no files', async () => {
    const html = await text(await pageLink(sandbox, 1250));
    expect(html).toContain('Für diese Adresse gibt es keine Dateien.');
    expect(linksOf(html, sandbox.fileHost)).toEqual([]);
  });

  test('lives for 14 days and then says that it has expired', async () => {
    const link = await pageLink(sandbox, 1237);
    now += 14 * 86_400_000 - 1000;
    expect(await text(link)).toContain('Ihre Dateien');
    now += 1000;
    for (const url of [link, `${link}&file=1757`, `${link}&all=1`]) expect(await text(url)).toContain('Link abgelaufen');
    sandbox.quirks.expiredLinkAnswer = 410;
    expect((await fetch(link)).status).toBe(410);
  });

  test('gives no file of another address', async () => {
    const link = await pageLink(sandbox, 1237);
    expect((await fetch(`${link}&file=2001`)).status).toBe(404);
    expect((await fetch(`${link}&file=x`)).status).toBe(404);
  });
});

describe('a link', () => {
  const expectRefused = async (url: string): Promise<void> => {
    const response = await fetch(url);
    expect(response.status).toBe(410);
    expect(await response.text()).toContain('Link abgelaufen');
  };
  beforeEach(() => {
    sandbox.quirks.expiredLinkAnswer = 410;
  });

  test('cannot be forged: any changed sign is refused', async () => {
    const url = new URL(await fileLink(sandbox));
    const params = present(url.searchParams.get('params'));
    for (const at of [0, 5, 20, 40, params.length - 5]) {
      const changed = params.slice(0, at) + (params[at] === 'A' ? 'B' : 'A') + params.slice(at + 1);
      url.searchParams.set('params', changed);
      await expectRefused(url.href);
    }
    for (const params of ['', 'AAAA', 'x'.repeat(200)]) {
      url.searchParams.set('params', params);
      await expectRefused(url.href);
    }
    await expectRefused(url.origin + url.pathname);
  });

  test('to a file opens no page, and one to a page opens no file', async () => {
    const [file, page] = [new URL(await fileLink(sandbox)), new URL(await pageLink(sandbox, 1237))];
    await expectRefused(page.origin + page.pathname + file.search);
    await expectRefused(file.origin + file.pathname + page.search);
  });

  test('of another sandbox with another secret is refused', async () => {
    const other = await startOnOfficeSandbox({ secret: 'x'.repeat(64) });
    const link = new URL(await fileLink(other));
    await other.close();
    await expectRefused(`${sandbox.fileHost}${link.pathname}${link.search}`);
  });

  test('to a file that was removed is 404', async () => {
    const file = sandbox.store.appointments.addFile(247, sampleDocumentNamed('Notiz.txt'));
    const link = await fileLink(sandbox, 247, file.id);
    sandbox.store.appointments.removeFile(247, file.id);
    expect((await fetch(link)).status).toBe(404);
  });

  test('asks for no login and no header, and is recorded', async () => {
    sandbox.requests.length = 0;
    const link = new URL(await fileLink(sandbox));
    await (await fetch(link)).arrayBuffer();
    expect(sandbox.requests.map((request) => [request.method, request.url.split('?')[0], request.status])).toEqual([
      ['POST', '/api/stable/api.php', 200],
      ['GET', link.pathname, 200],
    ]);
  });

  test.each([
    ['bytes=0-0', 206, 'bytes 0-0/192288'],
    ['bytes=192287-', 206, 'bytes 192287-192287/192288'],
    ['bytes=-5', 206, 'bytes 192283-192287/192288'],
    ['bytes=100-999999', 206, 'bytes 100-192287/192288'],
    ['bytes=192288-', 416, 'bytes */192288'],
    ['bytes=-0', 416, 'bytes */192288'],
    ['bytes=5-2', 200, null],
    ['bytes=0-1,4-5', 200, null],
    ['lines=0-1', 200, null],
  ])('asked for %s answers %d', async (range, status, contentRange) => {
    const response = await fetch(await fileLink(sandbox), { headers: { range } });
    expect([response.status, response.headers.get('content-range')]).toEqual([status, contentRange]);
    await response.arrayBuffer();
  });

  test('sends the whole file when If-Range names another version', async () => {
    const link = await fileLink(sandbox);
    const etag = present((await fetch(link, { method: 'HEAD' })).headers.get('etag'));
    const ask = async (version: string) => (await fetch(link, { headers: { range: 'bytes=5-', 'if-range': version } })).status;
    expect([await ask(etag), await ask('"other"')]).toEqual([206, 200]);
  });

  test('to an empty file gives no bytes', async () => {
    const empty = present(sandbox.store.appointments.files(247)?.find((file) => file.document.name === 'leer.txt'));
    const response = await fetch(await fileLink(sandbox, 247, empty.id));
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '0']);
  });
});
