import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { handlesLeft, openHandles } from './open-handles.ts';

// Only there the system tells what is open, and elsewhere `openHandles` says nothing; CI runs there.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a handle of a file that was left open is named, also when the file is gone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'filesource-handles-'));
  const before = await openHandles();
  expect(before.size).toBeGreaterThan(0);
  await writeFile(join(directory, 'a.txt'), 'a');
  expect(await handlesLeft(before)).toEqual([]);
  const handle = await open(join(directory, 'a.txt'));
  await rm(directory, { recursive: true });
  expect(await handlesLeft(before, 0)).toEqual([expect.stringContaining(join(directory, 'a.txt'))]);
  await handle.close();
  expect(await handlesLeft(before)).toEqual([]);
});

onLinux('sockets that were left open are counted', async () => {
  const before = await openHandles();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  expect(await handlesLeft(before, 0)).toEqual(['handles are still open: 3 of kind socket']);
  client.destroy();
  accepted.destroy();
  server.close();
  expect(await handlesLeft(before)).toEqual([]);
});
