import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exitCodes } from '../src/exit-codes.ts';
import { BrokenPipe, Capture, FullDisk, terminal } from './support/capture.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

describe.each(['docspace', 'workspace'] as const)('commands against the sandboxes, ONLYOFFICE as %s', (generation) => {
  let sandboxes: Sandboxes;
  const run: Sandboxes['run'] = (argv, io) => sandboxes.run(argv, io);

  beforeAll(async () => {
    sandboxes = await startSandboxes(generation);
  });
  afterAll(async () => sandboxes.close());

  test('sources shows names, providers and what each can do', async () => {
    const { code, out } = await run(['sources']);
    expect(code).toBe(exitCodes.done);
    expect(out.lines[0]).toMatch(/^SOURCE +PROVIDER +LIST/);
    expect(out.text).toMatch(/^contacts +onoffice-address +yes/m);
    const json = (await run(['sources', '--json'])).out.lines.map((line) => JSON.parse(line) as { name: string; provider: string; capabilities: object });
    expect(json.map(({ name, provider }) => [name, provider])).toEqual([
      ['contacts', 'onoffice-address'],
      ['appointments', 'onoffice-appointment'],
      ['documents', 'onlyoffice'],
    ]);
    expect(json[0]?.capabilities).toMatchObject({ list: { support: 'native' }, archive: { support: 'emulated' } });
  });

  test.each(['contacts:1237', 'appointments:247', 'documents:@my'])('list --json of %s prints entries with exactly the fields of the contract', async (ref) => {
    const { code, out } = await run(['list', ref, '--json']);
    expect(code).toBe(exitCodes.done);
    expect(out.lines.length).toBeGreaterThan(2);
    for (const line of out.lines) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      expect(Object.keys(entry)).toEqual(['kind', 'ref', 'id', 'name', 'size', 'mediaType', 'modified']);
    }
  });

  test('list goes over every page, and --limit stops it', async () => {
    expect((await run(['list', 'contacts:1240', '--json'])).out.lines).toHaveLength(260);
    expect((await run(['list', 'contacts:1240', '--json', '--limit', '7'])).out.lines).toHaveLength(7);
    expect((await run(['list', 'contacts:1240', '--limit', '130'])).out.lines).toHaveLength(131);
  });

  test('list shows hostile names without letting the terminal act on them', async () => {
    const { out } = await run(['list', 'contacts:1260']);
    expect(out.text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(out.text).toContain('../../etc/passwd');
  });

  test('a folder without files is an empty list and not an error', async () => {
    const { code, out, err } = await run(['list', 'contacts:1250']);
    expect([code, out.text]).toEqual([exitCodes.done, '']);
    expect(err.text).toContain('no files');
  });

  test('stat shows the entry that list shows', async () => {
    const listed = (await run(['list', 'appointments:247', '--json'])).out.lines[0] ?? '';
    const { ref } = JSON.parse(listed) as { ref: string };
    expect((await run(['stat', ref, '--json'])).out.lines).toEqual([listed]);
    expect((await run(['stat', ref])).out.text).toContain(ref);
  });

  test.each(['contacts:1237', 'appointments:247', 'documents:@my'])('get of a file of %s gives the same bytes on standard output and in a file', async (ref) => {
    const entries = (await run(['list', ref, '--json'])).out.lines.map((line) => JSON.parse(line) as { kind: string; ref: string; name: string; size: number });
    const file = entries.find((entry) => entry.kind === 'file' && entry.name.endsWith('.png')) ?? entries.find((entry) => entry.kind === 'file' && entry.size > 0);
    const { code, out, err } = await run(['get', file?.ref ?? '']);
    expect([code, err.text]).toEqual([exitCodes.done, '']);
    expect(out.bytes).toHaveLength(file?.size ?? -1);
    const saved = await run(['get', file?.ref ?? '', '--to', `one-of-${ref.split(':')[0]}`]);
    expect([saved.code, saved.out.text]).toEqual([exitCodes.done, '']);
    expect((await readFile(join(sandboxes.directory, `one-of-${ref.split(':')[0]}`))).equals(out.bytes)).toBe(true);
    expect(saved.err.text).toContain(createHash('sha256').update(out.bytes).digest('hex'));
  });

  test('link prints the link alone, or the four fields of the contract', async () => {
    const { out } = await run(['link', 'contacts:1237/1757', '--language', 'ENG']);
    expect(out.lines).toHaveLength(1);
    expect(() => new URL(out.lines[0] ?? '')).not.toThrow();
    const json = JSON.parse((await run(['link', 'appointments:247/3247', '--json'])).out.text) as Record<string, unknown>;
    expect(Object.keys(json)).toEqual(['url', 'kind', 'expires', 'needsCredentials']);
    expect(json['kind']).toBe('file');
  });

  test('pull fetches several sources, and the receipt proves it', async () => {
    const { code, out, err } = await run(['pull', 'contacts:1237', 'appointments:247', 'documents:101', '--to', 'files', '--receipt', 'receipt.json']);
    expect([code, out.text]).toEqual([exitCodes.done, '']);
    expect(err.text).toContain('pull: complete: ');
    const receipt = JSON.parse(await readFile(join(sandboxes.directory, 'receipt.json'), 'utf8')) as { complete: boolean; files: { path: string; sha256: string }[] };
    expect(receipt.complete).toBe(true);
    for (const { path, sha256 } of receipt.files) {
      expect(createHash('sha256').update(await readFile(join(sandboxes.directory, 'files', path))).digest('hex')).toBe(sha256);
    }
  });

  test('pull --dry-run shows what it would fetch and writes nothing', async () => {
    const { code, out, err } = await run(['pull', 'contacts:1237', '--to', 'not-made', '--dry-run']);
    expect(code).toBe(exitCodes.done);
    expect(out.lines).toHaveLength(26);
    expect(err.text).toContain('would fetch 25 files');
    await expect(access(join(sandboxes.directory, 'not-made'))).rejects.toThrow('ENOENT');
  });

  test('pull --json prints events only, the receipt last', async () => {
    const { out } = await run(['pull', 'documents:101', '--to', 'events', '--json']);
    const events = out.lines.map((line) => JSON.parse(line) as { type: string; complete?: boolean });
    expect(events.at(-1)).toMatchObject({ type: 'receipt', version: 1, complete: true });
    expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(['planned', 'file-done', 'done']));
  });

  test('pull of a folder that is there and one that is not ends with 3 and names it', async () => {
    const { code, err } = await run(['pull', 'documents:101', 'documents:99999', '--to', 'part']);
    expect(code).toBe(exitCodes.incomplete);
    expect(err.text).toContain('documents:99999');
  });

  test('pull of nothing but a folder that is not there ends with 1', async () => {
    expect((await run(['pull', 'documents:99999', '--to', 'nothing'])).code).toBe(exitCodes.failed);
  });

  test.each([
    ['contacts:1237', false],
    ['documents:101', true],
  ])('archive of %s arrives whole', async (ref, vendorPacks) => {
    const name = `${ref.replace(':', '-')}.zip`;
    const { code, err } = await run(['archive', ref, '--to', name, '--receipt', `${name}.json`]);
    expect(code).toBe(exitCodes.done);
    expect(err.text).toContain('archive: complete: ');
    if (vendorPacks) expect(err.text).toContain('the vendor is packing');
    expect((await readFile(join(sandboxes.directory, name))).subarray(0, 2).toString()).toBe('PK');
    expect(JSON.parse(await readFile(join(sandboxes.directory, `${name}.json`), 'utf8'))).toMatchObject({ version: 1, complete: true });
  });

  test('archive --extract unpacks instead', async () => {
    expect((await run(['archive', 'documents:103', '--extract', 'photos'])).code).toBe(exitCodes.done);
    expect((await readdir(join(sandboxes.directory, 'photos'), { recursive: true })).some((path) => path.endsWith('.png'))).toBe(true);
  });

  test('archive refuses what is larger than it may be', async () => {
    const entries = await run(['archive', 'documents:103', '--to', 'few.zip', '--max-entries', '0']);
    expect(entries.code).toBe(exitCodes.usage);
    const bytes = await run(['archive', 'documents:103', '--extract', 'small', '--max-bytes', '10']);
    expect([bytes.code, bytes.err.text]).toEqual([exitCodes.failed, expect.stringContaining('unpacks to more than 10 bytes')]);
    expect(await readdir(join(sandboxes.directory, 'small'))).toEqual([]);
  });

  test('pull tells of a journal that cannot be trusted: on a terminal, where there is none, and as JSON', async () => {
    const damagedTarget = async (name: string): Promise<string> => {
      await mkdir(join(sandboxes.directory, name), { recursive: true });
      await writeFile(join(sandboxes.directory, name, '.filesource-journal'), 'not a record\n'.repeat(40));
      return name;
    };
    const told = 'filesource: the journal of an earlier pull is damaged; it is set aside as .filesource-journal-damaged, and everything is fetched anew\n';
    const screen = terminal();
    expect((await run(['pull', 'appointments:247', '--to', await damagedTarget('damaged-1')], { stderr: screen })).code).toBe(exitCodes.done);
    expect(screen.text).toContain(`\u001B[2K${told}`);
    const plain = await run(['pull', 'appointments:247', '--to', await damagedTarget('damaged-2')]);
    expect([plain.code, plain.err.text.startsWith(told), plain.out.text]).toEqual([exitCodes.done, true, '']);
    const json = await run(['pull', 'appointments:247', '--to', await damagedTarget('damaged-3'), '--json']);
    expect([json.code, json.err.text]).toEqual([exitCodes.done, '']);
    expect(JSON.parse(json.out.lines[0] ?? '')).toEqual({ type: 'journal-damaged', path: '.filesource-journal-damaged' });
  });

  test('pull tells of a folder in which nothing is, since a mistyped id looks the same', async () => {
    const told = 'filesource: contacts:99999 has no files; an id that does not exist may look the same, so check it\n';
    const plain = await run(['pull', 'contacts:99999', 'contacts:1237', '--to', 'mistyped-1']);
    expect([plain.code, plain.err.text.startsWith(told), plain.err.text.split(told)]).toEqual([exitCodes.done, true, ['', expect.not.stringContaining('has no files')]]);
    const screen = terminal();
    expect((await run(['pull', 'contacts:99999', '--to', 'mistyped-2'], { stderr: screen })).code).toBe(exitCodes.done);
    expect(screen.text).toContain(told);
    const json = await run(['pull', 'contacts:99999', '--to', 'mistyped-3', '--json']);
    expect(JSON.parse(json.out.lines[0] ?? '')).toEqual({ type: 'folder-empty', ref: 'contacts:99999' });
  });

  test('get --entry fetches one entry of a ZIP, where the vendor has ranges', async () => {
    const listed = async (ref: string): Promise<{ readonly name: string; readonly ref: string }[]> => {
      const { out } = await run(['list', ref, '--json']);
      return out.text.trim().split('\n').map((line) => JSON.parse(line) as { name: string; ref: string });
    };
    const document = (await listed('documents:@my')).find(({ name }) => name.endsWith('.docx'));
    const { code, out } = await run(['get', document?.ref ?? '', '--entry', 'word/document.xml']);
    expect([code, out.text.slice(0, 5)]).toEqual([exitCodes.done, '<?xml']);
    expect((await run(['get', document?.ref ?? '', '--entry', 'word/document.xml', '--to', 'document.xml'])).code).toBe(exitCodes.done);
    expect(await readFile(join(sandboxes.directory, 'document.xml'), 'utf8')).toBe(out.text);
    expect((await run(['get', document?.ref ?? '', '--entry', 'nothing.xml'])).err.text).toContain('"word/document.xml"');
    const refused = await run(['get', 'contacts:1237/1757', '--entry', 'a.txt']);
    expect([refused.code, refused.err.text]).toEqual([exitCodes.failed, expect.stringContaining('has no ranges')]);
  });

  test('verify holds a receipt against the disk, and needs no config for it', async () => {
    expect((await run(['pull', 'appointments:247', '--to', 'proof', '--receipt', 'proof.json'])).code).toBe(exitCodes.done);
    expect(await run(['verify', 'proof.json', '--config', 'nowhere.yaml'])).toMatchObject({ code: exitCodes.done, err: { text: expect.stringContaining('verify: complete: ') } });
    const { files } = JSON.parse(await readFile(join(sandboxes.directory, 'proof.json'), 'utf8')) as { readonly files: readonly { readonly path: string }[] };
    await writeFile(join(sandboxes.directory, 'proof', files[0]?.path ?? ''), 'changed');
    const { code, err } = await run(['verify', 'proof.json', '--dir', 'proof']);
    expect([code, err.text]).toEqual([exitCodes.incomplete, expect.stringContaining('changed')]);
    expect((await run(['verify', 'nothing.json'])).code).toBe(exitCodes.usage);
  });

  test('verify holds the receipt of run A against the directory of run B: one file in common, one changed, one absent', async () => {
    const { store } = sandboxes.onlyOffice;
    const folder = store.addFolder(101, { title: 'Runs', files: [{ title: 'common.txt', content: 'the same' }] });
    const changed = store.addFile(folder.id, { title: 'changed.txt', content: 'as A saw it' });
    const absent = store.addFile(folder.id, { title: 'absent.txt', content: 'only in A' });
    expect((await run(['pull', `documents:${folder.id}`, '--to', 'run-a', '--receipt', 'a.json'])).code).toBe(exitCodes.done);
    store.removeFile(absent.id);
    store.replaceContent(changed.id, Buffer.from('as B saw it'));
    expect((await run(['pull', `documents:${folder.id}`, '--to', 'run-b', '--receipt', 'b.json'])).code).toBe(exitCodes.done);
    const { code, out, err } = await run(['verify', 'a.json', '--dir', 'run-b', '--json']);
    expect([code, err.text]).toEqual([exitCodes.incomplete, '']);
    const told = out.lines.map((line) => JSON.parse(line) as { readonly path: string; readonly status: string });
    expect(Object.fromEntries(told.map(({ path, status }) => [path.slice(path.lastIndexOf('/') + 1), status]))).toEqual({ 'common.txt': 'ok', 'changed.txt': 'changed', 'absent.txt': 'missing' });
    expect((await run(['verify', 'a.json', '--dir', 'run-b'])).err.text).toContain('verify: incomplete: 1 of 3 files as the receipt says');
  });

  test('verify reads an archive that was kept whole, where the receipt says or in another directory', async () => {
    expect((await run(['archive', 'documents:101', '--to', 'kept/whole.zip', '--receipt', 'whole.json'])).code).toBe(exitCodes.done);
    const whole = await readFile(join(sandboxes.directory, 'kept/whole.zip'));
    expect(JSON.parse(await readFile(join(sandboxes.directory, 'whole.json'), 'utf8'))).toMatchObject({ archive: { size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') } });
    const good = await run(['verify', 'whole.json']);
    expect([good.code, good.err.text]).toEqual([exitCodes.done, expect.stringMatching(/^verify: complete: \d+ of \d+ files as the receipt says, in .*whole\.zip\n$/)]);
    await mkdir(join(sandboxes.directory, 'moved'), { recursive: true });
    await writeFile(join(sandboxes.directory, 'moved/whole.zip'), whole.fill(0, 50, 51));
    const bad = await run(['verify', 'whole.json', '--dir', 'moved']);
    expect(bad.code).toBe(exitCodes.incomplete);
    expect(bad.err.lines).toEqual(['filesource: the archive: changed "whole.zip": its SHA-256 is another one', expect.stringMatching(/^verify: incomplete: 0 of \d+ files/)]);
    const json = await run(['verify', 'whole.json', '--dir', 'nowhere', '--json']);
    expect([json.code, JSON.parse(json.out.lines[0] ?? '')]).toEqual([exitCodes.incomplete, { ref: null, path: 'whole.zip', status: 'missing', message: 'it is not there' }]);
  });

  test('archive takes refs of one source', async () => {
    const { code, err } = await run(['archive', 'documents:101', 'contacts:1237', '--to', 'both.zip']);
    expect(code).toBe(exitCodes.usage);
    expect(err.text).toContain('one source, not of documents and contacts');
  });

  test('an unknown source is bad usage, and the known ones are named', async () => {
    const { code, err } = await run(['list', 'nothing:1']);
    expect(code).toBe(exitCodes.usage);
    expect(err.text).toContain('contacts, appointments, documents');
  });

  test('a missing file is a failure with its ref, its kind, and nothing on standard output', async () => {
    const { code, out, err } = await run(['get', 'documents:101/99999', '--to', 'never']);
    expect([code, out.text]).toEqual([exitCodes.failed, '']);
    expect(err.text).toMatch(/^filesource: documents:101\/99999: .*\(not-found/);
    await expect(access(join(sandboxes.directory, 'never'))).rejects.toThrow('ENOENT');
  });

  test('errors are one JSON object each when --json is given', async () => {
    const { err } = await run(['stat', 'documents:99999', '--json']);
    expect(err.lines).toHaveLength(1);
    expect(JSON.parse(err.lines[0] ?? '')).toMatchObject({ error: { kind: 'not-found', ref: 'documents:99999' } });
    const pulled = await run(['pull', 'documents:101', 'documents:99999', '--to', 'part', '--json']);
    expect(pulled.err.lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ error: expect.objectContaining({ kind: 'not-found', ref: 'documents:99999' }) }]);
  });

  test('a reader that goes away ends list and get quietly', async () => {
    for (const argv of [['list', 'contacts:1240'], ['get', 'appointments:250/4301']]) {
      const { code, err } = await run(argv, { stdout: new BrokenPipe(1) });
      expect([code, err.text]).toEqual([exitCodes.done, '']);
    }
  });

  test('a reader that goes away takes no verdict along: verify and doctor end with what they found', async () => {
    expect((await run(['pull', 'contacts:1237', '--to', 'unread', '--receipt', 'unread.json'])).code).toBe(exitCodes.done);
    const { files } = JSON.parse(await readFile(join(sandboxes.directory, 'unread.json'), 'utf8')) as { readonly files: readonly { readonly path: string }[] };
    await writeFile(join(sandboxes.directory, 'unread', files.at(-1)?.path ?? ''), 'changed');
    expect((await run(['verify', 'unread.json', '--json'], { stdout: new BrokenPipe(1) })).code).toBe(exitCodes.incomplete);
    await writeFile(join(sandboxes.directory, 'broken.yaml'), 'sources: 1\n');
    expect((await run(['doctor', '--config', 'broken.yaml'], { stdout: new BrokenPipe(0) })).code).toBe(exitCodes.failed);
  });

  test('a pull whose receipt cannot be printed fails, and one whose reader has gone ends as it went', async () => {
    const { code, err } = await run(['pull', 'contacts:1237', '--to', 'unprinted', '--json'], { stdout: new FullDisk() });
    expect([code, err.lines.map((line) => (JSON.parse(line) as { readonly error: object }).error)]).toEqual([exitCodes.failed, [expect.objectContaining({ kind: 'target-failed', message: 'standard output cannot be written: ENOSPC' })]]);
    expect((await run(['pull', 'contacts:1237', '--to', 'unprinted', '--json'], { stdout: new BrokenPipe(1) })).code).toBe(exitCodes.done);
  });

  test('Ctrl-C ends a pull with 130 and its receipt tells what came', async () => {
    const interrupted = new AbortController();
    const err = new Capture();
    const out = new Capture();
    const argv = ['pull', 'contacts:1240', '--to', 'interrupted', '--receipt', 'interrupted.json', '--json', '--concurrency', '1'];
    out.onText = (text) => {
      if (text.includes('file-done')) interrupted.abort();
    };
    const { code } = await run(argv, { signal: interrupted.signal, stdout: out, stderr: err });
    expect(code).toBe(exitCodes.interrupted);
    expect(JSON.parse(err.lines.at(-1) ?? '')).toMatchObject({ error: { kind: 'aborted' } });
    const receipt = JSON.parse(await readFile(join(sandboxes.directory, 'interrupted.json'), 'utf8')) as { complete: boolean; totals: { ok: number } };
    expect(receipt.complete).toBe(false);
    expect(receipt.totals.ok).toBeGreaterThan(0);
  });

  test('--verbose writes log lines as JSON, and no output holds a credential', async () => {
    const outputs: string[] = [];
    for (const argv of [['list', 'contacts:1237'], ['get', 'appointments:247/3247'], ['archive', 'documents:101', '--to', 'verbose.zip'], ['stat', 'documents:99999'], ['config', 'check'], ['sources', '--json']]) {
      const { out, err } = await run([...argv, '--verbose']);
      outputs.push(out.text, err.text);
    }
    expect(outputs.join('')).toContain('"event":');
    for (const secret of sandboxes.secrets) expect(outputs.join('')).not.toContain(secret);
  });

  test('the config is found above, and --config is taken after the subcommand too', async () => {
    const below = join(sandboxes.directory, 'a', 'b');
    await mkdir(below, { recursive: true });
    const found = await run(['config', 'check'], { cwd: below });
    expect([found.code, found.out.text]).toEqual([exitCodes.done, expect.stringContaining('3 sources')]);
    expect((await run(['sources', '--config', '../../filesource.yaml'], { cwd: below })).code).toBe(exitCodes.done);
    expect((await run(['--config', 'not-there.yaml', 'sources'])).code).toBe(exitCodes.usage);
  });
});
