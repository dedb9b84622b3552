import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createFileSources, nodeHashing, systemClock } from '@filesource/container';
import { overlay, type Layer } from '@filesource/core';
import { onoffice } from '@filesource/onoffice';
import { startOnOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { pull } from '@filesource/transfer';

let sandbox: OnOfficeSandbox;
let directory: string;
beforeAll(async () => {
  sandbox = await startOnOfficeSandbox();
  directory = await mkdtemp(join(tmpdir(), 'filesource-kept-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true, force: true });
});

const kept: Buffer[] = [];
const keep = (chunk: Buffer): void => void kept.push(chunk);

/** A host's layers that keep what they see, as one that looks for viruses later does. */
const ways: Readonly<Record<string, (body: Readable) => Readable>> = {
  listens: (body) => body.on('data', keep).pause(),
  'passes on': (body) => {
    const passed = new PassThrough();
    passed.on('data', keep).pause();
    return body.on('error', (error) => passed.destroy(error)).pipe(passed);
  },
  'listens before it passes on': (body) => body.on('data', keep).pipe(new PassThrough()),
};

it.each(['nothing', ...Object.keys(ways)])('a large file is pulled whole through a layer that %s, and the layer keeps the bytes that it saw', async (way) => {
  const tap = ways[way];
  const layer: Layer = {
    name: 'keep',
    wrap: (inner) =>
      overlay(inner, {
        open: async (ref, options) => {
          const content = await inner.open(ref, options);
          return tap === undefined ? content : { ...content, body: tap(content.body) };
        },
      }),
  };
  kept.length = 0;
  const account = { apiUrl: sandbox.apiUrl, token: sandbox.token, secret: sandbox.secret };
  const sources = await createFileSources({ config: { sources: { appointments: { provider: 'onoffice-appointment', ...account } } }, adapters: [onoffice], layers: [layer] });
  const target = join(directory, way);
  const receipt = await pull({ sources, refs: ['appointments:250'], directory: target, clock: systemClock, hashing: nodeHashing });
  await sources.close();
  expect(receipt).toMatchObject({ complete: true, totals: { ok: 1, bytes: 16 * 1024 * 1024 } });
  const [row] = receipt.files;
  const onDisk = await readFile(join(target, row?.path ?? ''));
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(sha256(onDisk)).toBe(row?.sha256);
  if (tap !== undefined) expect(sha256(Buffer.concat(kept))).toBe(row?.sha256);
});
