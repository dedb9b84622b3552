import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rawRequest } from './support/raw-request.ts';

const bin = fileURLToPath(new URL('../../cli/bin/filesource.js', import.meta.url));
const mib = 1024 * 1024;

/** Starts the built command line and gives the object that its first line is. */
async function start(cwd: string, args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly told: Readonly<Record<string, unknown>> }> {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return { child, told: JSON.parse(text) as Record<string, unknown> };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

describe('the memory of the gateway', () => {
  let directory: string;
  let children: ChildProcess[] = [];
  let url: string;
  let headers: { readonly authorization: string };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'filesource-memory-'));
    const sandbox = await start(directory, ['sandbox', '--json', '--write-config', 'filesource.yaml', '--latency', '20']);
    const gateway = await start(directory, ['serve', '--port', '0', '--json']);
    children = [gateway.child, sandbox.child];
    url = String(gateway.told['url']);
    headers = { authorization: `Bearer ${String(gateway.told['token'])}` };
  });
  afterAll(async () => {
    for (const child of children) await stop(child);
    await rm(directory, { recursive: true });
  });

  const resident = async (): Promise<number> => Number(/^filesource_gateway_resident_bytes (\S+)$/m.exec((await rawRequest(url, '/metrics', { headers })).body)?.[1]);

  function unread(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(url + path, { agent: false, headers }, (response) => {
        response.on('error', () => undefined);
        resolve(response);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  test('does not grow with what slow clients leave unread, nor with thousands of requests that wait', async () => {
    await rawRequest(url, '/v1/sources/contacts/folders/1240/entries', { headers });
    const before = await resident();

    // As many as one token may have at once, 16 MiB each.
    const readers = await Promise.all(Array.from({ length: 32 }, () => unread('/v1/sources/appointments/folders/250/files/4301/content')));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const slow = (await resident()) - before;
    for (const reader of readers) reader.destroy();
    expect(slow).toBeLessThan(200 * mib);

    const statuses = new Map<number, number>();
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(Array.from({ length: 2_000 }, () => rawRequest(url, '/v1/sources/contacts/folders/15185/entries', { headers })));
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    const many = (await resident()) - before;
    expect([...statuses.keys()].sort()).toEqual([200, 503]);
    expect(many).toBeLessThan(250 * mib);
    console.log(`slow readers: +${Math.round(slow / mib)} MiB; 2 × 2,000 requests: +${Math.round(many / mib)} MiB; ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}`);
  });
});
