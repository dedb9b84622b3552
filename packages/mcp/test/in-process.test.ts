import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { createFileSources, systemPorts, type FileSources } from '@filesource/container';
import { createFileSourceMcp, type FileSourceMcp } from '@filesource/mcp';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { call, failure } from './support/call.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
let sources: FileSources;
let mcp: FileSourceMcp;
const { clock, hashing } = systemPorts();
beforeEach(async () => {
  world = await startWorld();
  sources = await createFileSources({ config: join(world.directory, 'filesource.yaml'), adapters: [onoffice, onlyoffice], env: world.env });
});
afterEach(async () => {
  await mcp.close();
  await sources.close();
  await world.close();
});

async function connect(): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([mcp.createServer().connect(there), client.connect(here)]);
  return client;
}

test('the server of a session speaks over any transport, and sessions share what the server knows', async () => {
  mcp = await createFileSourceMcp({ sources, clock, hashing });
  const [one, other] = [await connect(), await connect()];
  const { cursor } = await call(one, 'list_folder', { folder: 'contacts:1240', limit: 10 });
  const { entries } = await call<{ entries: readonly unknown[] }>(other, 'list_folder', { folder: 'contacts:1240', limit: 10, cursor });
  expect(entries).toHaveLength(10);
  await Promise.all([one.close(), other.close()]);
});

test('a source that is none, and a directory that is none, are refused before anything is served', async () => {
  mcp = await createFileSourceMcp({ sources, clock, hashing, only: ['documents'] });
  await expect(createFileSourceMcp({ sources, clock, hashing, only: ['nothing'] })).rejects.toMatchObject({ kind: 'invalid-argument' });
  await expect(createFileSourceMcp({ sources, clock, hashing, allowWrite: join(world.directory, 'filesource.yaml') })).rejects.toMatchObject({ kind: 'invalid-argument' });
  expect(await failure(await connect(), 'stat', { ref: 'contacts:1237' })).toMatchObject({ advice: 'This server has: documents.' });
});

test('a session that ends lets its downloads go on, for another to follow', async () => {
  mcp = await createFileSourceMcp({ sources, clock, hashing, allowWrite: world.files });
  const one = await connect();
  const { download } = await call(one, 'start_archive', { refs: ['documents:101'], to: 'a.zip' });
  await one.close();
  expect(await call(await connect(), 'follow_archive', { operation: download })).toMatchObject({ status: 'succeeded', receipt: { complete: true } });
});
