import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parseOperationToken } from '@filesource/core';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../src/index.ts';
import { Capture } from './support/capture.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

let sandboxes: Sandboxes;
const run: Sandboxes['run'] = (argv, io) => sandboxes.run(argv, io);
const receipt = async (name: string): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(sandboxes.directory, name), 'utf8')) as Record<string, unknown>;
const terminations = (): number => sandboxes.onlyOffice.requests.filter(({ url }) => url.includes('/terminate')).length;

async function detached(...refs: readonly string[]): Promise<string> {
  const { out } = await run(['archive', ...refs, '--detach']);
  return out.text.trim();
}

/** Runs until the test lets it end, however slow this machine is. */
async function held(...refs: readonly string[]): Promise<string> {
  sandboxes.onlyOffice.operations.hold();
  return detached(...refs);
}

const letItEnd = (): void => sandboxes.onlyOffice.operations.release();

async function ended(...refs: readonly string[]): Promise<string> {
  const token = await held(...refs);
  letItEnd();
  return token;
}

describe.each(['docspace', 'workspace'] as const)('operations of %s', (generation) => {
  beforeAll(async () => {
    sandboxes = await startSandboxes(generation);
  });
  afterEach(letItEnd);
  afterAll(() => sandboxes.close());

  test('archive --detach prints the token alone, and attach fetches and proves it as archive does', async () => {
    const { code, out, err } = await run(['archive', 'documents:101', '--detach']);
    expect(code).toBe(exitCodes.done);
    expect(out.text).toMatch(/^fsop_[\w-]+\n$/);
    expect(err.text).toContain('filesource operation');
    const token = out.text.trim();
    const attached = await run(['operation', 'attach', token, '--to', 'attached.zip', '--receipt', 'attached.json']);
    expect([attached.code, attached.out.text]).toEqual([exitCodes.done, '']);
    expect(attached.err.text).toContain('archive: complete: ');
    await run(['archive', 'documents:101', '--to', 'direct.zip', '--receipt', 'direct.json']);
    const [one, two] = [await receipt('attached.json'), await receipt('direct.json')];
    expect(one['files']).toEqual(two['files']);
    expect(one['totals']).toEqual(two['totals']);
    expect(one).toMatchObject({ version: 1, complete: true, operation: 'archive', format: 'zip' });
  });

  test('attach --extract unpacks, with conversions as they were asked for', async () => {
    const token = await detached('documents:101/101', 'documents:103', '--convert', '101=.pdf');
    const { code } = await run(['operation', 'attach', token, '--extract', 'unpacked', '--receipt', 'unpacked.json']);
    expect(code).toBe(exitCodes.done);
    const { files } = (await receipt('unpacked.json')) as unknown as { files: readonly { ref: string; path: string }[] };
    expect(files.find(({ ref }) => ref === 'documents:101/101')?.path).toMatch(/\.pdf$/);
  });

  test('status looks once; the one that sees the end gives the token that counts from then on', async () => {
    const token = await held('documents:101');
    const running = await run(['operation', 'status', token, '--json']);
    expect(running.code).toBe(exitCodes.done);
    expect(running.out.lines).toHaveLength(1);
    expect(JSON.parse(running.out.text)).toEqual({ source: 'documents', status: 'running', percent: expect.any(Number), processed: expect.any(Number), started: expect.any(String), token });
    const forPeople = await run(['operation', 'status', token]);
    expect(forPeople.out.text).toMatch(/status +running/);
    expect(forPeople.out.text).not.toContain(token);

    letItEnd();
    const last = await run(['operation', 'status', token]);
    expect([last.code, last.err.text]).toEqual([exitCodes.done, expect.stringContaining('tells it once')]);
    const [, next = ''] = /(fsop_[\w-]+)/.exec(last.out.text) ?? [];
    expect(next).not.toBe(token);

    const used = await run(['operation', 'attach', token, '--to', 'never.zip', '--json']);
    expect(used.code).toBe(exitCodes.failed);
    expect(JSON.parse(used.err.lines.at(-1) ?? '')).toMatchObject({ error: { kind: 'conflict', operation: 'attach', advice: expect.stringContaining('use the token that it gave') } });
    await expect(access(join(sandboxes.directory, 'never.zip'))).rejects.toThrow('ENOENT');

    expect(JSON.parse((await run(['operation', 'status', next, '--json'])).out.text)).toMatchObject({ status: 'succeeded', percent: 100, token: next });
    for (const name of ['once.zip', 'twice.zip']) expect((await run(['operation', 'attach', next, '--to', name, '--receipt', `${name}.json`])).code).toBe(exitCodes.done);
    expect(await receipt('twice.zip.json')).toMatchObject({ complete: true });
  });

  test('cancel stops it, and says when there was nothing to stop any more', async () => {
    const token = await held('documents:101');
    const before = terminations();
    const { code, out, err } = await run(['operation', 'cancel', token]);
    expect([code, out.text, err.text]).toEqual([exitCodes.done, '', 'operation: cancelled\n']);
    expect(terminations()).toBeGreaterThan(before);
    const again = await run(['operation', 'cancel', token, '--json']);
    // DocSpace knows it no more; Workspace shows it once more as cancelled.
    if (generation === 'docspace') expect([again.code, again.err.text]).toEqual([exitCodes.failed, expect.stringContaining('"conflict"')]);
    else expect(JSON.parse(again.out.text)).toMatchObject({ status: 'failed' });

    const late = await ended('documents:101');
    const told = JSON.parse((await run(['operation', 'cancel', late, '--json'])).out.text) as Record<string, unknown>;
    expect(told).toMatchObject({ status: 'succeeded', token: expect.stringMatching(/^fsop_/) });
  });

  test('Ctrl-C during attach leaves the operation alone', async () => {
    const token = await held('documents:101');
    const interrupted = new AbortController();
    const before = terminations();
    const err = new Capture();
    err.onText = (text) => {
      if (text.includes('packing')) interrupted.abort();
    };
    const { code } = await run(['operation', 'attach', token, '--to', 'later.zip'], { signal: interrupted.signal, stderr: err });
    expect([code, err.text]).toEqual([exitCodes.interrupted, expect.stringContaining('attach again with the same token')]);
    expect(terminations()).toBe(before);
    letItEnd();
    expect((await run(['operation', 'attach', token, '--to', 'later.zip'])).code).toBe(exitCodes.done);
  });

  test('an archive that a later one of the same name replaced is never taken for the first', async () => {
    const token = await ended('documents:103', 'documents:101/101');
    const [, told = ''] = /(fsop_[\w-]+)/.exec((await run(['operation', 'status', token])).out.text) ?? [];
    expect((await run(['archive', 'documents:102', 'documents:101/101', '--to', 'second.zip'])).code).toBe(exitCodes.done);
    const { code, err } = await run(['operation', 'attach', told, '--to', 'first.zip', '--receipt', 'first.json']);
    expect([code, err.text]).toEqual([exitCodes.incomplete, expect.stringContaining('archive: incomplete: 1 of ')]);
    expect(await receipt('first.json')).toMatchObject({ complete: false, extras: expect.any(Array) });
  });

  test('an attach that fails after the end says how to go on', async () => {
    const token = await ended('documents:101');
    sandboxes.onlyOffice.quirks.httpStatus = [{ path: 'action=bulk', status: 402 }];
    const { code, err } = await run(['operation', 'attach', token, '--to', 'cut.zip']);
    sandboxes.onlyOffice.quirks.httpStatus = [];
    expect(code).toBe(exitCodes.failed);
    const [, next = ''] = /(fsop_[\w-]+)/.exec(err.text) ?? [];
    expect((await run(['operation', 'attach', next, '--to', 'cut.zip'])).code).toBe(exitCodes.done);
  });
});

describe('bad usage', () => {
  beforeAll(async () => {
    sandboxes = await startSandboxes('docspace');
  });
  afterAll(() => sandboxes.close());

  test.each([
    ['a text that is no token', ['operation', 'status', 'hello'], 'not a token'],
    ['a token that was cut', ['operation', 'cancel', 'fsop_abcd'], 'cut, or changed'],
    ['no target', ['operation', 'attach', 'fsop_abcd'], 'either --to FILE or --extract DIR'],
    ['--detach with a target', ['archive', 'documents:101', '--detach', '--to', 'x.zip'], '--detach goes with neither'],
  ])('%s', async (_name, argv, message) => {
    const { code, out, err } = await run(argv);
    expect([code, out.text, err.text]).toEqual([exitCodes.usage, '', expect.stringContaining(message)]);
  });

  test('a source whose archives are made here has nothing to detach', async () => {
    const { code, out, err } = await run(['archive', 'contacts:1237', '--detach']);
    expect([code, out.text, err.text]).toEqual([exitCodes.failed, '', expect.stringContaining('(unsupported)')]);
  });

  test('a token is refused where the config has no such source, or another account for it', async () => {
    const token = (await run(['archive', 'documents:101', '--detach'])).out.text.trim();
    const config = await readFile(join(sandboxes.directory, 'filesource.yaml'), 'utf8');
    for (const [name, text, message] of [
      ['renamed', config.replace('documents:', 'papers:'), 'there is no source "documents"'],
      ['moved', config.replace(sandboxes.onlyOffice.baseUrl, 'http://127.0.0.1:1'), 'another account'],
    ] as const) {
      await mkdir(join(sandboxes.directory, name), { recursive: true });
      await writeFile(join(sandboxes.directory, name, 'filesource.yaml'), text);
      const { code, err } = await run(['operation', 'status', token], { cwd: join(sandboxes.directory, name) });
      expect([code, err.text]).toEqual([exitCodes.usage, expect.stringContaining(message)]);
    }
  });

  test('a token holds no credential, address or name', async () => {
    const token = (await run(['archive', 'documents:101', '--detach'])).out.text.trim();
    const inside = JSON.stringify(parseOperationToken(token));
    for (const secret of [...sandboxes.secrets, '127.0.0.1', 'http', 'Vertr']) expect(inside).not.toContain(secret);
  });
});
