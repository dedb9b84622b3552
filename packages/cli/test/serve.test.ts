import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { runCli } from '../src/index.ts';
import { Capture } from './support/capture.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

describe('filesource serve', () => {
  let sandboxes: Sandboxes;
  beforeAll(async () => {
    sandboxes = await startSandboxes('docspace');
  });
  afterAll(async () => sandboxes.close());

  /** Serves until `use` has had its first line, then presses Ctrl-C. */
  async function serve(args: readonly string[], use: (line: string) => Promise<void> = async () => undefined): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const [stdout, stderr] = [new Capture(), new Capture()];
    const stop = new AbortController();
    const ended = runCli({ argv: ['serve', ...args], stdout, stderr, env: {}, cwd: sandboxes.directory, signal: stop.signal });
    const ready = new Promise<void>((resolve) => {
      stdout.onText = () => resolve();
    });
    await Promise.race([ready, ended]);
    if (stdout.text !== '') await use(stdout.lines[0] ?? '');
    stop.abort();
    return { code: await ended, out: stdout.text, err: stderr.text };
  }

  async function configWith(section: string): Promise<string> {
    await writeFile(join(sandboxes.directory, 'gateway.yaml'), (await readFile(join(sandboxes.directory, 'filesource.yaml'), 'utf8')) + section);
    return 'gateway.yaml';
  }

  test('prints one address with a token for this run, once, serves, and ends with 0 at Ctrl-C', async () => {
    const { code, out, err } = await serve(['--port', '0'], async (line) => {
      const { origin, hash } = new URL(line);
      const response = await fetch(`${origin}/v1/sources`, { headers: { authorization: `Bearer ${hash.replace('#token=', '')}` } });
      expect((await response.json()) as unknown).toMatchObject({ items: [{ name: 'contacts' }, { name: 'appointments' }, { name: 'documents' }] });
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}\n$/);
    expect(err).not.toContain('token=');
  });

  test('--json tells address and token as one object', async () => {
    const { out } = await serve(['--port', '0', '--json']);
    expect(JSON.parse(out)).toEqual({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), token: expect.stringMatching(/^[\w-]{32}$/) });
  });

  test('with tokens in the config it makes none and tells none', async () => {
    const config = await configWith('gateway:\n  port: 0\n  tokens:\n    - {name: crm, token: a-token-of-enough-characters, sources: [contacts], scopes: [read]}\n');
    const { code, out, err } = await serve(['--config', config, '--json'], async (line) => {
      const { url } = JSON.parse(line) as { readonly url: string };
      expect((await fetch(`${url}/v1/sources`)).status).toBe(401);
      expect((await fetch(`${url}/v1/sources`, { headers: { authorization: 'Bearer a-token-of-enough-characters' } })).status).toBe(200);
    });
    expect({ code, keys: Object.keys(JSON.parse(out) as object) }).toEqual({ code: 0, keys: ['url'] });
    expect(out + err).not.toContain('a-token-of-enough-characters');
  });

  test.each([
    ['another host without tokens', ['--host', '0.0.0.0'], '', 'would listen on 0.0.0.0 without tokens'],
    ['a token that is too short', [], 'gateway:\n  tokens: [{name: a, token: short-secret, sources: ["*"], scopes: [read]}]\n', 'gateway.tokens[0].token (line '],
    ['two tokens of one name', [], 'gateway:\n  tokens: [{name: a, token: first-token-of-characters, sources: ["*"], scopes: [read]}, {name: a, token: second-token-of-characters, sources: ["*"], scopes: [read]}]\n', 'two tokens have one name'],
    ['a token for a source that is not there', [], 'gateway:\n  tokens: [{name: a, token: first-token-of-characters, sources: [nothing], scopes: [read]}]\n', 'for the source "nothing"'],
    ['an unknown setting', [], 'gateway:\n  prot: 80\n', 'unknown setting prot'],
    ['a port that is none', ['--port', '70000'], '', 'It takes a port'],
  ])('%s is refused with status 2', async (_what, args, section, message) => {
    const { code, out, err } = await serve(['--config', await configWith(section), ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    for (const secret of ['short-secret', 'first-token-of-characters', 'second-token-of-characters']) expect(err).not.toContain(secret);
  });

  test('says which port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, err } = await serve(['--port', String(port)]);
    server.close();
    expect(code).toBe(1);
    expect(err).toContain(`port ${port} of 127.0.0.1 is in use`);
  });

  test('the other commands know its section: check, schema, and list on the same config', async () => {
    const config = await configWith('gateway:\n  port: 0\n');
    expect((await sandboxes.run(['config', 'check', '--config', config])).code).toBe(0);
    expect((await sandboxes.run(['list', 'contacts:15185', '--config', config])).code).toBe(0);
    expect((await sandboxes.run(['config', 'check', '--config', await configWith('gateway:\n  metrics: maybe\n')])).err.text).toContain('expected one of token, open');
    const schema = JSON.parse((await sandboxes.run(['config', 'schema'])).out.text) as { properties: { gateway: { properties: { tokens: { items: { properties: object } } } } } };
    expect(schema.properties.gateway.properties.tokens.items.properties).toMatchObject({ token: { format: 'password' } });
  });
});
