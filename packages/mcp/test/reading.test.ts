import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import type { EntryJson } from '@filesource/core';
import { call, failure, textOf } from './support/call.ts';
import { startWorld, type Connected, type Surface, type World } from './support/world.ts';

interface Listed {
  readonly folder: string;
  readonly entries: readonly EntryJson[];
  readonly cursor: string | null;
}

interface Text {
  readonly text: string;
  readonly charset: string;
  readonly next_offset: number | null;
  readonly note: string | null;
}

describe.each<Surface>(['stdio', 'http'])('a server that only reads, over %s', (surface) => {
  let world: World;
  let connected: Connected;
  beforeAll(async () => {
    world = await startWorld();
    connected = await world.connect(surface);
  });
  afterAll(() => world.close());
  const list = (args: object): Promise<Listed> => call<Listed>(connected.client, 'list_folder', { ...args });
  const fileNamed = async (folder: string, name: string): Promise<string> => {
    const found = (await list({ folder })).entries.find((entry) => entry.name === name);
    if (found === undefined) throw new Error(`${folder} has no ${name}`);
    return found.ref;
  };

  test('shows no tool that writes, and says of each that it only reads', async () => {
    const { tools } = await connected.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_sources', 'list_folder', 'stat', 'read_text']);
    for (const { annotations, outputSchema, inputSchema } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect([inputSchema.type, outputSchema?.type]).toEqual(['object', 'object']);
    }
  });

  test.each(['fetch_file', 'start_archive', 'follow_archive', 'cancel_archive'])('does not know %s, and writes nothing', async (name) => {
    const result = await connected.client.callTool({ name, arguments: { file: 'contacts:1237/1757', to: 'x' } });
    expect([result.isError, textOf(result)]).toEqual([true, expect.stringContaining(`${name} not found`)]);
    expect(await readdir(world.files)).toEqual([]);
  });

  test('lists the sources of the config with what each can do, without a credential', async () => {
    const answer = await call<{ sources: { name: string; capabilities: Record<string, { support: string }> }[] }>(connected.client, 'list_sources');
    expect(answer.sources.map(({ name }) => name)).toEqual(['contacts', 'appointments', 'documents', 'nowhere']);
    expect(answer.sources[0]?.capabilities).toMatchObject({ list: { support: 'native' }, archive: { support: 'emulated' } });
    for (const secret of world.secrets) expect(JSON.stringify(answer)).not.toContain(secret);
  });

  test('cuts a folder of 260 files into parts by short cursors, with every file once', async () => {
    const parts: Listed[] = [];
    for (let cursor: string | null | undefined; cursor !== null; cursor = parts.at(-1)?.cursor ?? null) {
      parts.push(await list({ folder: 'contacts:1240', limit: 75, ...(cursor === undefined ? {} : { cursor }) }));
    }
    expect(parts.map(({ entries }) => entries.length)).toEqual([75, 75, 75, 35]);
    expect(new Set(parts.flatMap(({ entries }) => entries.map(({ ref }) => ref))).size).toBe(260);
    for (const { cursor } of parts.slice(0, -1)) expect(cursor).toMatch(/^cursor_[\w-]{12}$/);
  });

  test('lists files and folders of another vendor, page by page', async () => {
    const first = await list({ folder: 'documents:104', limit: 200 });
    const second = await list({ folder: 'documents:104', limit: 200, cursor: first.cursor });
    expect([first.entries.length, second.entries.length, second.cursor]).toEqual([200, 63, null]);
    expect((await list({ folder: 'documents:@my' })).entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['file', 'folder']));
    expect(await list({ folder: 'contacts:1250' })).toEqual({ folder: 'contacts:1250', entries: [], cursor: null });
  });

  test('refuses a cursor that nobody gave, and one of another folder', async () => {
    const { cursor } = await list({ folder: 'contacts:1240', limit: 10 });
    expect(await failure(connected.client, 'list_folder', { folder: 'contacts:1237', cursor })).toMatchObject({ kind: 'invalid-argument', message: 'this cursor is of another folder' });
    expect(await failure(connected.client, 'list_folder', { folder: 'contacts:1240', cursor: 'cursor_000000000000' })).toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining('does not know this cursor'),
      advice: expect.stringContaining('from its start'),
    });
  });

  test('shows one file and one folder', async () => {
    expect(await call(connected.client, 'stat', { ref: 'contacts:1237/1757' })).toEqual({ entry: expect.objectContaining({ kind: 'file', name: 'Grundriss Obergeschoß.pdf', size: 688, mediaType: 'application/pdf' }) });
    expect(await call(connected.client, 'stat', { ref: 'documents:101' })).toEqual({ entry: expect.objectContaining({ kind: 'folder', name: 'Verträge' }) });
  });

  test('gives hostile names as JSON in which nothing is hidden', async () => {
    const result = await connected.client.callTool({ name: 'list_folder', arguments: { folder: 'contacts:1260' } });
    expect(textOf(result)).toContain('Rechnung\\u202efdp.exe');
    expect(textOf(result)).not.toMatch(/[\u202E\r\n\0]/);
    expect(JSON.parse(textOf(result))).toEqual(result.structuredContent);
    const { entries } = result.structuredContent as unknown as Listed;
    expect(entries.map(({ name }) => name)).toContain('../../etc/passwd');
    for (const { name } of entries) expect(name.length).toBeLessThanOrEqual(501);
  });

  test.each(['contacts:1237', 'documents:@my'])('reads text of %s, with umlauts and without the byte order mark', async (folder) => {
    const note = await call<Text>(connected.client, 'read_text', { file: await fileNamed(folder, 'Notiz.txt') });
    expect(note).toMatchObject({ text: 'Frau Müller ruft am Dienstag zurück.\r\nSchlüssel liegt im Büro.\r\n', charset: 'utf-8', next_offset: null, note: null });
    const table = await call<Text>(connected.client, 'read_text', { file: await fileNamed(folder, 'Kontakte.csv') });
    expect(table.text).toMatch(/^Name;Ort;Telefon\r\nMüller/);
    expect(await call<Text>(connected.client, 'read_text', { file: await fileNamed(folder, 'leer.txt') })).toMatchObject({ text: '', next_offset: null });
  });

  test.each(['contacts:1237', 'documents:@my'])('cuts text of %s at max_chars, and goes on where it was cut', async (folder) => {
    const file = await fileNamed(folder, 'Kontakte.csv');
    const whole = await call<Text>(connected.client, 'read_text', { file });
    let joined = '';
    for (let offset: number | null = 0; offset !== null; ) {
      const part: Text = await call<Text>(connected.client, 'read_text', { file, offset, max_chars: 7 });
      expect(part.text.length).toBeLessThanOrEqual(7);
      expect(part.note).toBe(part.next_offset === null ? null : `Cut after ${part.text.length} characters; go on with offset ${part.next_offset}.`);
      joined += part.text;
      offset = part.next_offset;
    }
    expect(joined).toBe(whole.text);
  });

  test.each(['contacts:1237', 'documents:@my'])('refuses what is no text in %s, and says what it is', async (folder) => {
    expect(await failure(connected.client, 'read_text', { file: await fileNamed(folder, 'Grundriss Obergeschoß.pdf') })).toMatchObject({
      kind: 'unsupported',
      message: 'this file is no text: application/pdf, 688 bytes',
      advice: expect.stringContaining('resource'),
    });
  });

  test('refuses refs that are none, of other sources, and of folders where a file is needed', async () => {
    const { client } = connected;
    expect(await failure(client, 'stat', { ref: 'other:1' })).toMatchObject({ kind: 'invalid-argument', message: 'there is no source "other"', advice: 'This server has: contacts, appointments, documents, nowhere.' });
    expect(await failure(client, 'stat', { ref: '../../etc/passwd' })).toMatchObject({ kind: 'invalid-argument' });
    expect(await failure(client, 'read_text', { file: 'contacts:1237' })).toMatchObject({ kind: 'invalid-argument', message: 'a file is needed, and this is a folder' });
    expect(await failure(client, 'list_folder', { folder: 'documents:999999' })).toMatchObject({ kind: 'not-found', ref: 'documents:999999' });
    const unknown = await client.callTool({ name: 'stat', arguments: { ref: 'contacts:1237', verbose: true } });
    expect([unknown.isError, textOf(unknown)]).toEqual([true, expect.stringContaining('verbose')]);
  });

  test('tells of a source that fails, and goes on with the others', async () => {
    const error = await failure(connected.client, 'list_folder', { folder: 'nowhere:1' });
    expect(error).toMatchObject({ kind: 'network', source: 'nowhere', advice: expect.any(String) });
    for (const secret of world.secrets) expect(JSON.stringify(error)).not.toContain(secret);
    expect((await list({ folder: 'contacts:1237' })).entries).toHaveLength(25);
  });

  test('lists sources as resources, and files by a template whose source it completes', async () => {
    const { client } = connected;
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['contacts', 'appointments', 'documents', 'nowhere'].map((name) => `filesource://${name}`));
    expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['filesource://{source}/{folder}/{file}']);
    const completed = await client.complete({ ref: { type: 'ref/resource', uri: 'filesource://{source}/{folder}/{file}' }, argument: { name: 'source', value: 'doc' } });
    expect(completed.completion.values).toEqual(['documents']);
    const [source] = (await client.readResource({ uri: 'filesource://documents' })).contents;
    expect(source).toMatchObject({ mimeType: 'application/json', text: expect.stringContaining('"archiveAttach"') });
  });

  test('reads files as resources: text as text, others as bytes', async () => {
    const { client } = connected;
    const [note] = (await client.readResource({ uri: uriOf(await fileNamed('documents:@my', 'Notiz.txt')) })).contents;
    expect(note).toMatchObject({ text: expect.stringContaining('Frau Müller') });
    const [plan] = (await client.readResource({ uri: 'filesource://contacts/1237/1757' })).contents;
    expect(plan).toMatchObject({ mimeType: 'application/pdf' });
    expect(Buffer.from((plan as { blob: string }).blob, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('refuses resources that are too large, missing, or of another source, and names the way', async () => {
    const { client } = connected;
    for (const folder of ['contacts:1237', 'documents:@my']) {
      await expect(client.readResource({ uri: uriOf(await fileNamed(folder, 'Besichtigung.mp4')) })).rejects.toMatchObject({
        code: -32_603,
        message: expect.stringContaining('fetch_file'),
        data: { error: expect.objectContaining({ kind: 'too-large' }) },
      });
    }
    await expect(client.readResource({ uri: 'filesource://contacts/1237/9' })).rejects.toMatchObject({ code: -32_002, data: { error: expect.objectContaining({ kind: 'not-found' }) } });
    await expect(client.readResource({ uri: 'filesource://other/1237/9' })).rejects.toMatchObject({ code: -32_602 });
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toThrow('not found');
    await expect(client.readResource({ uri: 'filesource://contacts/%E0%A4%A/1' })).rejects.toMatchObject({ code: -32_602 });
  });
});

describe('the sources of a server', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test('are those that --source names, and no request changes that', async () => {
    const { client } = await world.connect('stdio', ['--source', 'contacts', '--source', 'documents']);
    expect((await call<{ sources: { name: string }[] }>(client, 'list_sources')).sources.map(({ name }) => name)).toEqual(['contacts', 'documents']);
    expect(await failure(client, 'list_folder', { folder: 'appointments:247' })).toMatchObject({ kind: 'invalid-argument', advice: 'This server has: contacts, documents.' });
    expect((await client.listResources()).resources).toHaveLength(2);
    await expect(client.readResource({ uri: 'filesource://appointments/247/3247' })).rejects.toMatchObject({ code: -32_602 });
  });

  test('have to be in the config', async () => {
    await expect(world.serveHttp(['--source', 'other'])).rejects.toThrow('there is no source \\"other\\"');
  });
});

function uriOf(ref: string): string {
  const [, source = '', path = ''] = /^([^:]+):(.*)$/.exec(ref) ?? [];
  return `filesource://${source}/${path}`;
}
