import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoApiKeys, startOnlyOfficeSandbox } from '@filesource/sandbox';
import { systemClock } from '@filesource/container';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isInRange } from '../src/commands/doctor/node-range.ts';
import type { CliIo } from '../src/index.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

let boxes: Sandboxes;
beforeAll(async () => {
  boxes = await startSandboxes('docspace');
});
afterAll(() => boxes.close());

interface Line {
  readonly source: string | null;
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly advice?: string;
}

async function doctor(argv: readonly string[] = [], io: Partial<CliIo> = {}): Promise<{ code: number; lines: readonly Line[]; find: (source: string | null, check: string) => Line | undefined }> {
  const { code, out } = await boxes.run(['doctor', '--json', ...argv], io);
  for (const secret of boxes.secrets) expect(out.text).not.toContain(secret);
  const lines = out.lines.map((line) => JSON.parse(line) as Line);
  for (const { check, status, advice } of lines) expect({ check, saysWhatToDo: status === 'ok' || (advice ?? '') !== '' }).toEqual({ check, saysWhatToDo: true });
  return { code, lines, find: (source, check) => lines.find((line) => line.source === source && line.check === check) };
}

const space = (bytes: number): Partial<CliIo> => ({ statfs: async () => ({ bavail: bytes / 4096, bsize: 4096 }) });

describe('filesource doctor', () => {
  it('finds nothing wrong, and ends with 0', async () => {
    const { code, lines, find } = await doctor();
    expect(code).toBe(0);
    expect(lines.filter(({ status }) => status === 'failed' || status === 'warning')).toEqual([]);
    expect(new Set(lines.map(({ source }) => source))).toEqual(new Set([null, 'contacts', 'appointments', 'documents']));
    for (const check of ['reachability', 'clock', 'credentials', 'scopes', 'version', 'hosts']) for (const source of ['contacts', 'appointments', 'documents']) expect({ source, check, is: find(source, check)?.check }).toEqual({ source, check, is: check });
    for (const check of ['node', 'disk', 'proxy', 'config']) expect(find(null, check)).toMatchObject({ status: 'ok' });
  });

  it('tells people the same, with a summary', async () => {
    const { code, out } = await boxes.run(['doctor', 'documents']);
    expect(code).toBe(0);
    expect(out.text).toMatch(/^documents \(onlyoffice\)$/m);
    expect(out.text).toMatch(/^ {2}ok {6}version {6}DocSpace 3\.7$/m);
    expect(out.text).toMatch(/^Nothing failed; 0 warnings, \d+ ok, \d+ skipped\.$/m);
    expect(out.text).not.toContain('contacts (');
  });

  it('looks into a folder that is named, and opens a file of it', async () => {
    const { code, find } = await doctor(['contacts:1237', 'appointments:247', 'documents:@my']);
    expect(code).toBe(0);
    expect(find('contacts', 'listing')?.message).toContain('25 files');
    for (const source of ['contacts', 'appointments', 'documents']) expect(find(source, 'content')).toMatchObject({ status: 'ok', message: expect.stringContaining('can be opened') });
  });

  it('warns of a folder that is empty, and fails for one that is not there', async () => {
    const empty = await doctor(['contacts:1250']);
    expect(empty.find('contacts', 'listing')).toMatchObject({ status: 'warning', advice: expect.stringContaining('right') });
    const missing = await doctor(['documents:999999']);
    expect(missing.code).toBe(1);
    expect(missing.find('documents', 'listing')).toMatchObject({ status: 'failed', message: expect.stringContaining('documents:999999') });
  });

  it('refuses a source that the config does not have', async () => {
    const { code, err } = await boxes.run(['doctor', 'contracts']);
    expect(code).toBe(2);
    expect(err.text).toContain('did you mean contacts');
  });

  it('names a config that is missing or wrong, and looks at the machine all the same', async () => {
    const none = await doctor([], { cwd: '/' });
    expect(none.code).toBe(1);
    expect(none.find(null, 'config')).toMatchObject({ status: 'failed', advice: expect.stringContaining('filesource init') });
    expect(none.find(null, 'node')?.status).toBe('ok');
    const file = join(boxes.directory, 'wrong.yaml');
    await writeFile(file, 'sources:\n  x: { provider: onlyofice, baseUrl: 7 }\n');
    const wrong = await doctor(['--config', file]);
    expect(wrong.find(null, 'config')).toMatchObject({ status: 'failed', message: expect.stringContaining('did you mean onlyoffice') });
  });

  it('fails for wrong credentials, a server that is down and a key without scopes, each under its own name', async () => {
    const gone = await startOnlyOfficeSandbox();
    await gone.close();
    const file = join(boxes.directory, 'many.yaml');
    const good = await readFile(join(boxes.directory, 'filesource.yaml'), 'utf8');
    const portal = (name: string, baseUrl: string, apiKey: string): string => `  ${name}:\n    provider: onlyoffice\n    baseUrl: ${baseUrl}\n    apiKey: ${apiKey}\n`;
    await writeFile(file, good + portal('refused', boxes.onlyOffice.baseUrl, 'sk-wrong00wrong00') + portal('down', gone.baseUrl, 'sk-1') + portal('reader', boxes.onlyOffice.baseUrl, demoApiKeys[1].key) + portal('stranger', boxes.onlyOffice.baseUrl, demoApiKeys[3].key));
    const { code, find } = await doctor(['--config', file]);
    expect(code).toBe(1);
    expect(find('documents', 'credentials')?.status).toBe('ok');
    expect(find('refused', 'credentials')?.status).toBe('failed');
    expect(find('down', 'reachability')?.status).toBe('failed');
    expect(find('reader', 'scopes')?.status).toBe('warning');
    expect(find('stranger', 'scopes')?.status).toBe('failed');
  });

  it('names a clock that is ten minutes off', async () => {
    const clock = { ...systemClock, now: () => systemClock.now() + 600_000 };
    const { code, find } = await doctor([], { ports: { clock } });
    expect(code).toBe(1);
    expect(find('contacts', 'clock')).toMatchObject({ status: 'failed', message: expect.stringContaining('10 minutes ahead') });
    expect(find('documents', 'clock')?.status).toBe('warning');
  });

  it('looks as the guide shows it', async () => {
    const guide = await readFile(new URL('../../../docs/getting-started.md', import.meta.url), 'utf8');
    const [, shown = ''] = /^```text\n([\s\S]*?)^```$/m.exec(guide) ?? [];
    const clock = { ...systemClock, now: () => systemClock.now() + 600_000 };
    const { out } = await boxes.run(['doctor', 'contacts'], { ports: { clock } });
    const plain = (text: string): string => text.replaceAll(/https?:\/\/\S+/g, 'URL').replaceAll(/\d+ ms/g, 'N ms');
    expect(shown).toContain('contacts (onoffice-address)');
    for (const line of shown.trimEnd().split('\n')) expect(plain(out.text).split('\n')).toContain(plain(line));
  });

  it.each([
    [50e6, 'failed'],
    [500e6, 'warning'],
    [5e9, 'ok'],
  ])('judges %d free bytes: %s', async (bytes, status) => {
    const { code, find } = await doctor(['documents'], space(bytes));
    expect(find(null, 'disk')).toMatchObject({ status });
    expect(code).toBe(status === 'failed' ? 1 : 0);
  });

  it('looks at the disk that files are to go to, also for a directory that is not there yet', async () => {
    const asked: string[] = [];
    const statfs: CliIo['statfs'] = async (directory) => {
      asked.push(directory);
      if (directory.endsWith('deep/files')) throw Object.assign(new Error('none'), { code: 'ENOENT' });
      return { bavail: 1e9, bsize: 4096 };
    };
    const { find } = await doctor(['documents', '--to', 'deep/files'], { statfs });
    expect(asked).toEqual([join(boxes.directory, 'deep/files'), join(boxes.directory, 'deep')]);
    expect(find(null, 'disk')?.message).toContain('deep/files');
    const untold = await doctor(['documents'], { statfs: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOSYS' })) });
    expect(untold.find(null, 'disk')?.status).toBe('skipped');
  });

  it('names a Node that is too old, and a proxy that is not used', async () => {
    const { code, find } = await doctor(['documents'], { nodeVersion: '18.20.1', env: { HTTPS_PROXY: 'http://user:pass@proxy.example' } });
    expect(code).toBe(1);
    expect(find(null, 'node')).toMatchObject({ status: 'failed', message: expect.stringContaining('18.20.1') });
    expect(find(null, 'proxy')).toMatchObject({ status: 'warning', message: expect.not.stringContaining('pass') });
  });

  it('ends at Ctrl-C', async () => {
    const stop = new AbortController();
    stop.abort();
    expect((await boxes.run(['doctor'], { signal: stop.signal })).code).toBe(130);
  });
});

describe('the range of Node versions', () => {
  const range = '^20.19.0 || ^22.13.0 || >=24.0.0';

  it.each([
    ['20.19.0', true],
    ['20.18.9', false],
    ['21.7.0', false],
    ['22.13.1', true],
    ['23.0.0', false],
    ['24.0.0-nightly', true],
    ['26.1.0', true],
  ])('%s: %s', (version, is) => {
    expect(isInRange(version, range)).toBe(is);
  });

  it('is refused when it has a form that is not understood', () => {
    expect(() => isInRange('20.0.0', '20.x')).toThrow(RangeError);
  });
});
