import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KnownKeys } from '@filesource/core';
import fc from 'fast-check';
import { formatCursor, parseCursor, type Position } from '../src/cursor.ts';
import { docspace, startScript, type ScriptServer } from './script-server.ts';
import { errorOf, makeSource } from './make-source.ts';

const count = fc.nat();
const key = fc.oneof(fc.integer(), fc.string({ unit: 'binary' }).map((id) => `d${id}`));
const pages = fc.uniqueArray(key, { maxLength: 30 }).chain((keys) => fc.nat({ max: keys.length }).map((half) => KnownKeys.none.with(new Set(keys.slice(0, half)), 99).with(new Set(keys.slice(half)), 99)));
const position: fc.Arbitrary<Position> = fc.record({
  start: count,
  known: pages,
  size: count,
  repeats: count,
  empty: count,
  total: fc.option(count),
  last: fc.option(count),
  listed: count,
  isShort: fc.boolean(),
  tellsStart: fc.boolean(),
});
const folder = fc.constantFrom('7', '@my', 'sbox-1-|docs');
const nothing: Position = { start: 0, known: KnownKeys.none, size: 0, repeats: 0, empty: 0, total: null, last: null, listed: 0, isShort: false, tellsStart: false };

/** As in another process: what was written last is not remembered. */
function forget(): void {
  for (let start = 0; start < 32; start += 1) formatCursor('0', { ...nothing, start });
}

let server: ScriptServer;
let held = 0;
beforeEach(async () => {
  server = await startScript(({ query }) => {
    const [from, most] = [Number(query.get('startIndex')), Number(query.get('count'))];
    const files = Array.from({ length: Math.max(0, Math.min(most, held - from)) }, (_each, index) => ({ id: from + index + 1, title: `f${from + index + 1}`, folderId: 7, contentLength: '1 bytes', pureContentLength: 1 }));
    return docspace({ files, folders: [], total: held, startIndex: from });
  });
});
afterEach(() => server.close());

const firstPage = async (cursor: string, inFolder = '7'): Promise<unknown> => makeSource({ baseUrl: server.url }).source.list(inFolder, { cursor }).byPage()[Symbol.asyncIterator]().next();

describe('a cursor', () => {
  test('comes back from its text in another process', () => {
    fc.assert(
      fc.property(folder, position, (at, given) => {
        const cursor = formatCursor(at, given);
        forget();
        const { known, ...place } = parseCursor(at, cursor);
        expect({ ...place, keys: [...known] }).toEqual({ ...given, known: undefined, keys: [...given.known] });
      }),
    );
  });

  test('of any page goes on in another source, and nothing comes twice or never', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), async (files, pageSize) => {
        held = files;
        const before: string[] = [];
        for await (const page of makeSource({ baseUrl: server.url }).source.list('7', { pageSize }).byPage()) {
          before.push(...page.items.map(({ id }) => id));
          if (page.cursor === undefined) break;
          forget();
          const rest: string[] = [];
          for await (const entry of makeSource({ baseUrl: server.url }).source.list('7', { pageSize, cursor: page.cursor })) rest.push(entry.id);
          expect([...before, ...rest]).toEqual(Array.from({ length: files }, (_each, index) => String(index + 1)));
        }
        expect(before).toHaveLength(files);
      }),
      { numRuns: 15 },
    );
  });

  test('that was changed, cut, lengthened or taken to another folder is refused', () => {
    const characters = fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '=', '.', ' ', '\u0000', 'Ä');
    fc.assert(
      fc.property(position, fc.nat(), characters, (given, place, character) => {
        const cursor = formatCursor('7', given);
        const at = place % cursor.length;
        const altered = [cursor.slice(0, at), cursor.slice(at + 1), cursor + character, character + cursor, cursor.slice(0, at) + character + cursor.slice(at + 1), cursor.slice(0, at) + character + cursor.slice(at)];
        for (const text of altered.filter((one) => one !== cursor)) expect(() => parseCursor('7', text)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
        expect(() => parseCursor('8', cursor)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
      }),
      { numRuns: 500 },
    );
  });

  test('that no page gave is refused, and nothing is sent', async () => {
    const almost = fc.record({ start: fc.anything(), keys: fc.anything(), size: fc.integer(), repeats: fc.integer() }).map((made) => Buffer.from(JSON.stringify(made)).toString('base64url'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), almost), async (cursor) => {
        expect(await errorOf(firstPage(cursor))).toMatchObject({ kind: 'invalid-argument' });
      }),
    );
    expect(await errorOf(firstPage(formatCursor('7', nothing), '8'))).toMatchObject({ kind: 'invalid-argument' });
    expect(server.asked).toEqual([]);
  });
});
