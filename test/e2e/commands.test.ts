import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleDocuments } from '@filesource/sandbox';
import { parseReceipt, type Receipt } from '@filesource/transfer';
import { jsonLines, startWorld, type World } from './harness.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each(['docspace', 'workspace'] as const)('the command line, with ONLYOFFICE as %s', (generation) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ generation });
  });
  afterAll(() => world.close());

  async function receiptOf(name: string): Promise<Receipt> {
    return parseReceipt(await readFile(world.path(name), 'utf8'));
  }

  /** Every row of the receipt, held against the bytes on disk. */
  async function expectOnDisk(receipt: Receipt, directory: string): Promise<void> {
    for (const file of receipt.files) {
      const bytes = await readFile(world.path(directory, file.path ?? ''));
      expect({ ref: file.ref, size: bytes.length, sha256: sha256(bytes) }).toEqual({ ref: file.ref, size: file.size, sha256: file.sha256 });
    }
  }

  it('names the sources with what each can do', async () => {
    const { status, stdout } = await world.run(['sources', '--json']);
    expect(status).toBe(0);
    const sources = stdout.trimStart().startsWith('[') ? (JSON.parse(stdout) as Record<string, unknown>[]) : jsonLines(stdout);
    expect(sources.map((source) => [source['name'], source['provider']])).toEqual([
      ['contacts', 'onoffice-address'],
      ['appointments', 'onoffice-appointment'],
      ['documents', 'onlyoffice'],
    ]);
    expect(sources[0]).toMatchObject({ capabilities: { archive: { support: 'emulated' }, openInMemory: false } });
    expect(sources[2]).toMatchObject({ capabilities: { archive: { support: 'native' } } });
  });

  it.each(['contacts:1237', 'appointments:247', 'documents:@my'])('lists %s, and every line has the fields that are promised', async (ref) => {
    const { status, stdout } = await world.run(['list', ref, '--json']);
    expect(status).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(['kind', 'ref', 'id', 'name', 'size', 'mediaType', 'modified']);
      expect(line['ref']).toEqual(expect.stringMatching(/^(contacts|appointments|documents):/));
    }
    expect(lines.map((line) => line['name'])).toContain('Notiz.txt');
  });

  it.each([
    ['contacts:1240', 260],
    ['appointments:248', 120],
    ['documents:104', 263],
  ] as const)('lists all of %s over many pages, each entry once', async (ref, count) => {
    const refs = jsonLines((await world.run(['list', ref, '--json'])).stdout).map((line) => line['ref']);
    expect(refs).toHaveLength(count);
    expect(new Set(refs).size).toBe(count);
    expect(jsonLines((await world.run(['list', ref, '--json', '--limit', '7'])).stdout)).toHaveLength(7);
  });

  it('gives nothing, and no error, for a record without files', async () => {
    for (const ref of ['contacts:1250', 'appointments:249', 'documents:105']) {
      expect(await world.run(['list', ref, '--json'])).toMatchObject({ status: 0, stdout: '' });
    }
  });

  it.each(['contacts:1237', 'appointments:247', 'documents:@my'])('stats, gets and saves each kind of file of %s with the right bytes', async (folder) => {
    const samples = ['Grundriss Obergeschoß.pdf', 'Exposé.html', 'leer.txt', 'Besichtigung.mp4'];
    const byName = new Map(sampleDocuments().filter(({ name }) => samples.includes(name)).map((document) => [document.name, document.bytes()]));
    const entries = jsonLines((await world.run(['list', folder, '--json'])).stdout).filter((entry) => entry['kind'] === 'file' && byName.has(String(entry['name'])));
    expect(entries.length).toBeGreaterThan(0);
    const seen = new Set<unknown>();
    for (const entry of entries) {
      if (seen.has(entry['name'])) continue;
      seen.add(entry['name']);
      const ref = String(entry['ref']);
      const wanted = byName.get(String(entry['name'])) ?? Buffer.alloc(0);
      const stat = await world.run(['stat', ref, '--json']);
      expect(JSON.parse(stat.stdout)).toEqual(entry);
      const printed = await world.run(['get', ref]);
      expect({ ref, status: printed.status, size: printed.stdoutBytes.length, sha256: sha256(printed.stdoutBytes) }).toEqual({ ref, status: 0, size: wanted.length, sha256: sha256(wanted) });
    }
    const first = entries[0];
    const saved = await world.run(['get', String(first?.['ref']), '--to', 'saved.bin']);
    expect(saved.status).toBe(0);
    expect((await readFile(world.path('saved.bin'))).equals(byName.get(String(first?.['name'])) ?? Buffer.alloc(0))).toBe(true);
  });

  it('links: a page for an address, a file for an appointment, a file with credentials for a document', async () => {
    const page = JSON.parse((await world.run(['link', 'contacts:1237', '--language', 'DEU', '--json'])).stdout) as Record<string, unknown>;
    expect(Object.keys(page)).toEqual(['url', 'kind', 'expires', 'needsCredentials']);
    expect(page).toMatchObject({ kind: 'page', needsCredentials: false });
    expect(Date.parse(String(page['expires'])) - Date.now()).toBeGreaterThan(13 * 86_400_000);
    expect(await (await fetch(String(page['url']))).text()).toContain('Alle als ZIP herunterladen');
    const file = JSON.parse((await world.run(['link', 'appointments:247/3247', '--json'])).stdout) as Record<string, unknown>;
    expect(file).toMatchObject({ kind: 'file', needsCredentials: false });
    expect((await fetch(String(file['url']))).status).toBe(200);
    const document = JSON.parse((await world.run(['link', 'documents:@my/106', '--json'])).stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ kind: 'file', needsCredentials: true, expires: null });
  });

  it('pulls from all three sources at once, and the receipt is what stands on disk', async () => {
    const refs = ['contacts:1237', 'contacts:1260', 'appointments:247', 'documents:@my'];
    const result = await world.run(['pull', ...refs, '--to', 'pulled', '--receipt', 'pulled.json']);
    expect(result).toMatchObject({ status: 0 });
    const receipt = await receiptOf('pulled.json');
    expect(receipt).toMatchObject({ version: 1, complete: true });
    expect(receipt.files.length).toBeGreaterThan(300);
    expect(new Set(receipt.files.map((file) => file.path?.toLowerCase())).size).toBe(receipt.files.length);
    await expectOnDisk(receipt, 'pulled');
  });

  it('only says what it would pull with --dry-run', async () => {
    const result = await world.run(['pull', 'contacts:1237', '--to', 'never', '--dry-run']);
    expect(result.status).toBe(0);
    await expect(readFile(world.path('never'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['contacts:1237', 25],
    ['appointments:247', 11],
    ['documents:101', null],
    ['documents:104', 263],
  ] as const)('archives %s, and every entry is proven', async (ref, count) => {
    const result = await world.run(['archive', ref, '--to', 'folder.zip', '--receipt', 'archive.json']);
    expect({ status: result.status, stderr: result.status === 0 ? '' : result.stderr }).toEqual({ status: 0, stderr: '' });
    const receipt = await receiptOf('archive.json');
    expect(receipt.complete).toBe(true);
    if (count !== null) expect(receipt.files).toHaveLength(count);
    expect(receipt.files.every((file) => file.status === 'ok' && file.sha256 !== null && file.path !== null)).toBe(true);
    expect((await readFile(world.path('folder.zip'))).subarray(0, 2).toString()).toBe('PK');
  });

  it('unpacks an archive with --extract, safely', async () => {
    const result = await world.run(['archive', 'documents:@my', '--extract', 'unpacked', '--receipt', 'unpacked.json']);
    expect({ status: result.status, stderr: result.status === 0 ? '' : result.stderr }).toEqual({ status: 0, stderr: '' });
    const receipt = await receiptOf('unpacked.json');
    expect(receipt.complete).toBe(true);
    const note = receipt.files.find((file) => file.name === 'Notiz.txt');
    const sample = sampleDocuments().find((document) => document.name === 'Notiz.txt');
    expect(note?.sha256).toBe(sha256(sample?.bytes() ?? Buffer.alloc(0)));
  });

  it('archives one file, converted on the way', async () => {
    const result = await world.run(['archive', 'documents:101/101', '--convert', '101=.pdf', '--to', 'lease.out', '--receipt', 'lease.json']);
    expect({ status: result.status, stderr: result.status === 0 ? '' : result.stderr }).toEqual({ status: 0, stderr: '' });
    const receipt = await receiptOf('lease.json');
    expect(receipt.files).toHaveLength(1);
    expect(receipt.files[0]).toMatchObject({ status: 'ok', path: expect.stringMatching(/\.pdf$/) });
  });

  it('names what the vendor left out of a bulk download without a word, and ends with 3', async () => {
    const result = await world.run(['archive', 'documents:@my/106', 'documents:201/201', 'documents:@my/999999', '--to', 'partly.zip', '--receipt', 'partly.json']);
    expect(result.status).toBe(3);
    const receipt = await receiptOf('partly.json');
    expect(receipt.complete).toBe(false);
    expect(receipt.files.map((file) => [file.ref, file.status])).toEqual(
      expect.arrayContaining([
        ['documents:@my/106', 'ok'],
        ['documents:201/201', 'missing'],
        ['documents:@my/999999', 'missing'],
      ]),
    );
    expect(result.stderr).toContain('documents:201/201');
    expect(result.stderr).toContain('documents:@my/999999');
  });

  it('turns progress into events with --json, one a line', async () => {
    const pulled = await world.run(['pull', 'contacts:1237', '--to', 'events', '--json']);
    const pullEvents = jsonLines(pulled.stdout);
    expect(pullEvents.map((event) => event['type'])).toEqual(expect.arrayContaining(['planned', 'file-done', 'done']));
    const archived = await world.run(['archive', 'documents:104', '--to', 'events.zip', '--json']);
    expect(jsonLines(archived.stdout).map((event) => event['type'])).toEqual(expect.arrayContaining(['operation-progress', 'done']));
  });

  it('checks a config and prints its JSON Schema', async () => {
    expect((await world.run(['config', 'check'])).status).toBe(0);
    const schema = await world.run(['config', 'schema']);
    expect(schema.status).toBe(0);
    const parsed = JSON.parse(schema.stdout) as Record<string, unknown>;
    expect(parsed['$schema']).toEqual(expect.any(String));
    for (const provider of ['onoffice-address', 'onoffice-appointment', 'onlyoffice']) expect(schema.stdout).toContain(provider);
  });

  it('has help on every command', async () => {
    for (const command of ['sources', 'list', 'stat', 'get', 'link', 'pull', 'archive', 'config', 'sandbox']) {
      const { status, stdout } = await world.run([command, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`filesource ${command}`);
    }
    expect((await world.run(['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
