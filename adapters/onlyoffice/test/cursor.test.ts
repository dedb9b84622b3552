import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { docspace, startScript } from './script-server.ts';
import { errorOf, makeSource } from './make-source.ts';

describe('a cursor', () => {
  test('that no page gave is refused, and nothing is sent', async () => {
    const server = await startScript(() => docspace({ files: [], folders: [], total: 0 }));
    const { source } = makeSource({ baseUrl: server.url });
    const first = async (cursor: string): Promise<unknown> => source.list('7').byPage({ cursor })[Symbol.asyncIterator]().next();
    const almost = fc.record({ start: fc.anything(), keys: fc.anything(), size: fc.integer(), repeats: fc.integer() }).map((made) => Buffer.from(JSON.stringify(made)).toString('base64url'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), almost), async (cursor) => {
        expect(await errorOf(first(cursor))).toMatchObject({ kind: 'invalid-argument' });
      }),
    );
    expect(server.asked).toEqual([]);
    await server.close();
  });
});
