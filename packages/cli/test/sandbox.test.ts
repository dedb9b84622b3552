import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../src/index.ts';
import { Capture } from './support/capture.ts';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('filesource sandbox', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'filesource-cli-'));
  });
  afterEach(async () => rm(directory, { recursive: true, force: true }));

  /** Runs until something was written, then presses Ctrl-C. */
  async function run(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const [stdout, stderr] = [new Capture(), new Capture()];
    const stop = new AbortController();
    const ended = runCli({ argv: ['sandbox', ...args], stdout, stderr, env: {}, cwd: directory, signal: stop.signal });
    const ready = new Promise<void>((resolve) => {
      stdout.onText = (text) => {
        if (/Ctrl-C stops it|"ready"/.test(text)) resolve();
      };
    });
    await Promise.race([ready, ended]);
    stop.abort();
    return { code: await ended, out: stdout.text, err: stderr.text };
  }

  test('tells addresses, a config, refs and a curl line, and ends with 0 at Ctrl-C', async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    for (const part of ['provider: "onoffice-address"', 'provider: "onoffice-appointment"', 'provider: "onlyoffice"', 'apiKey:', 'list contacts:1237', 'curl ']) expect(out).toContain(part);
  });

  test('writes its config readable for its owner only, and again over its own', async () => {
    await run('--write-config', 'demo.yaml');
    await run('--write-config', 'demo.yaml', '--generation', 'workspace');
    expect(await readFile(join(directory, 'demo.yaml'), 'utf8')).toContain('userName: "anna.berger@example.test"');
    expect((await stat(join(directory, 'demo.yaml'))).mode & 0o077).toBe(0);
  });

  test('never replaces a config of somebody else', async () => {
    await writeFile(join(directory, 'filesource.yaml'), 'sources: {}\n');
    const { code, err } = await run('--write-config', 'filesource.yaml');
    expect(code).toBe(2);
    expect(err).toContain('was not written by the sandbox');
    expect(await readFile(join(directory, 'filesource.yaml'), 'utf8')).toBe('sources: {}\n');
  });

  test('as JSON is one object on one line', async () => {
    const { out } = await run('--json', '--storage', 'presigned', '--write-config', 'demo.yaml');
    const ready = JSON.parse(out) as { onlyOffice: { storageUrl: string }; config: string; configFile: string };
    expect(ready).toMatchObject({ type: 'ready', generation: 'docspace', configFile: join(directory, 'demo.yaml') });
    expect(ready.config).toContain(new URL(ready.onlyOffice.storageUrl).host);
  });

  test('lets go wrong what it is told to', async () => {
    const stdout = new Capture();
    const stop = new AbortController();
    const ended = runCli({ argv: ['sandbox', '--json', '--fault', 'status:code=502,times=1', '--fault', 'html:on=any', '--seed', '3', '--latency', '30'], stdout, stderr: new Capture(), env: {}, cwd: directory, signal: stop.signal });
    await new Promise<void>((resolve) => {
      stdout.onText = () => resolve();
    });
    const { onlyOffice } = JSON.parse(stdout.text) as { readonly onlyOffice: { readonly baseUrl: string } };
    const started = performance.now();
    expect((await fetch(onlyOffice.baseUrl)).status).toBe(502);
    expect(performance.now() - started).toBeGreaterThan(25);
    expect((await fetch(onlyOffice.baseUrl)).headers.get('content-type')).toContain('text/html');
    stop.abort();
    expect(await ended).toBe(0);
  });

  test.each([
    [['--fault', 'cat'], 'There is no fault "cat". There are: cut,'],
    [['--fault', 'cut:at=x'], 'at of cut takes a whole number'],
    [['--seed', '0'], 'It takes a whole number above 0.'],
    [['--latency', '-1'], 'It takes milliseconds'],
  ])('%j is bad usage', async (args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('--help lists every fault', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const line of ['  cut:at=', '  rate-limit:retry=,as=', '  restart ']) expect(out).toContain(line);
  });

  test('says which port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, err } = await run('--port', String(port - 1));
    server.close();
    expect(code).toBe(1);
    expect(err).toContain(`port ${port} is in use`);
  });
});
