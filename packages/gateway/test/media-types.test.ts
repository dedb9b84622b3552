import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFileSources, type FileSources } from '@filesource/container';
import { defineAdapter, defineProvider } from '@filesource/core';
import { createMemoryAdapter } from '@filesource/testkit';
import { z } from 'zod';
import { gatewaySchema, serve, type RunningGateway } from '../src/index.ts';

const types = {
  plain: 'text/plain; charset="iso-8859-1"',
  broken: 'text/plain\r\n; a=b',
  wide: 'text/plain\u2003;a=b',
  endless: `text/plain; a=${'b'.repeat(100_000)}`,
} as const;

describe('a media type of a vendor', () => {
  let sources: FileSources;
  let gateway: RunningGateway;
  beforeAll(async () => {
    const memory = createMemoryAdapter({ folders: [{ id: '1', files: Object.keys(types).map((id) => ({ id, name: id, bytes: Buffer.from('hello') })) }] });
    const open: typeof memory.open = async (ref, options) => ({ ...(await memory.open(ref, options)), mediaType: types[ref.file as keyof typeof types] });
    const provider = defineProvider({ title: 'memory', configSchema: z.strictObject({}), account: () => 'memory', create: () => ({ ...memory, open }) });
    sources = await createFileSources({ config: { sources: { memory: { provider: 'memory' } } }, adapters: [defineAdapter({ name: 'memory', providers: { memory: provider } })] });
    gateway = await serve({ sources, settings: gatewaySchema.parse({ port: 0 }) });
  });
  afterAll(async () => {
    await gateway.close();
    await sources.close();
  });

  test.each([
    ['plain', types.plain],
    ['broken', 'application/octet-stream'],
    ['wide', 'application/octet-stream'],
    ['endless', 'application/octet-stream'],
  ])('that is %s is sent as %s, with the file', async (file, expected) => {
    const response = await fetch(`${gateway.url}/v1/sources/memory/folders/1/files/${file}/content`, { headers: { authorization: `Bearer ${gateway.token ?? ''}` } });
    expect({ status: response.status, type: response.headers.get('content-type'), text: await response.text() }).toEqual({ status: 200, type: expected, text: 'hello' });
  });
});
