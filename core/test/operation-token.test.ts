import { describe, expect, it } from '@jest/globals';
import { FileSourceError, parseOperationToken, type ArchiveSelection, type OperationToken } from '@filesource/core';
import fc from 'fast-check';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { checkOperationToken, formatOperationToken, longestToken } from '../src/operation/token.ts';

const id = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));
const operation = fc.stringMatching(/^[\w.~+/=-]{1,80}$/);
const ending = fc.stringMatching(/^\.?[A-Za-z0-9]{1,8}$/);
const tokens: fc.Arbitrary<OperationToken> = fc.record({
  source: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/),
  provider: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  account: fc.stringMatching(/^[0-9a-f]{16}$/),
  handle: fc.record({
    operation,
    started: fc.date({ min: new Date(0), noInvalidDate: true }),
    selection: fc.record({
      folders: fc.uniqueArray(id, { maxLength: 8 }),
      files: fc.uniqueArray(fc.record({ folder: id, file: id }), { maxLength: 20, selector: ({ folder, file }) => JSON.stringify([folder, file]) }),
      convert: fc.uniqueArray(fc.tuple(id, ending), { maxLength: 5, selector: ([key]) => key }).map((pairs) => new Map(pairs)),
    }),
  }),
});

const selection = (parts: Partial<ArchiveSelection> = {}): ArchiveSelection => ({ folders: ['12334'], files: [], convert: new Map(), ...parts });
const example: OperationToken = {
  source: 'documents',
  provider: 'onlyoffice',
  account: '0123456789abcdef',
  handle: { operation: 'd5490cba-a5e6-40db-acb2-94203dba12d6', started: new Date('2026-11-21T10:00:00Z'), selection: selection() },
};

function refusalOf(run: () => unknown): FileSourceError {
  try {
    run();
  } catch (error) {
    if (FileSourceError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The token's text with another JSON inside, sound in every other way. */
function repacked(text: string, change: (body: Record<string, unknown>) => unknown): string {
  const body = JSON.parse(inflateRawSync(Buffer.from(text.slice(5), 'base64url').subarray(4)).toString()) as Record<string, unknown>;
  return packed(JSON.stringify(change(body)));
}

function packed(json: string): string {
  const bytes = deflateRawSync(Buffer.from(json));
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(bytes));
  return `fsop_${Buffer.concat([crc, bytes]).toString('base64url')}`;
}

function sorted({ handle, ...rest }: OperationToken): unknown {
  const files = handle.selection.files.map(({ folder, file }) => JSON.stringify([folder, file])).sort();
  return { ...rest, ...handle, selection: { ...handle.selection, files, convert: [...handle.selection.convert] } };
}

describe('the token of an operation', () => {
  it('comes back as it was, in one word for a shell', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const text = formatOperationToken(token);
        expect(text).toMatch(/^fsop_[\w-]+$/);
        expect(sorted(parseOperationToken(text))).toEqual(sorted(token));
        expect(parseOperationToken(` ${text}\n`).source).toBe(token.source);
      }),
      { numRuns: 200 },
    );
  });

  it('is an invalid argument when it is anything else, whatever that is', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `fsop_${text}`),
      fc.base64String().map((text) => `fsop_${text}`),
      fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => `fsop_${Buffer.from(bytes).toString('base64url')}`),
      fc.jsonValue().map((value) => packed(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        const error = refusalOf(() => parseOperationToken(text));
        expect(error.kind).toBe('invalid-argument');
        if (text.length > 20) expect(error.message).not.toContain(text);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused with any of its characters changed, or cut anywhere', () => {
    const text = formatOperationToken(example);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('a', 'b', 'Z', '0', '9', '-', '_'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        if (changed !== text) expect(refusalOf(() => parseOperationToken(changed)).kind).toBe('invalid-argument');
        if (at > 0) expect(refusalOf(() => parseOperationToken(text.slice(0, at))).kind).toBe('invalid-argument');
      }),
    );
  });

  it.each<[string, (body: Record<string, unknown>) => unknown]>([
    ['a member more', (body) => ({ ...body, url: 'https://portal.example.com' })],
    ['a member less', ({ started: _started, ...body }) => body],
    ['a URL for an operation', (body) => ({ ...body, operation: 'https://portal.example.com/x' })],
    ['a folder without a name', (body) => ({ ...body, folders: [''] })],
    ['an id that a terminal acts on', (body) => ({ ...body, folders: ['\u001b[2J'] })],
    ['a time that is none', (body) => ({ ...body, started: 1e300 })],
    ['a list', (body) => [body]],
  ])('is refused with %s inside', (_name, change) => {
    expect(refusalOf(() => parseOperationToken(repacked(formatOperationToken(example), change))).message).toContain('its content is not that of a token');
  });

  it('says which version it is of when it is of another', () => {
    const text = repacked(formatOperationToken(example), (body) => ({ ...body, v: 2, more: true }));
    expect(refusalOf(() => parseOperationToken(text))).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('version 2') });
  });

  it('does not blow up when it unpacks to more than any token holds', () => {
    const bomb = packed(JSON.stringify({ v: 1, folders: ['0'.repeat(5_000_000)] }));
    expect(refusalOf(() => parseOperationToken(bomb)).kind).toBe('invalid-argument');
  });

  it.each([
    ['source', { source: 'archive' }],
    ['provider', { provider: 'onlyoffice-two' }],
    ['account', { account: 'ffffffffffffffff' }],
  ])('of another %s is refused by that name', (what, other) => {
    const { handle: _handle, ...own } = example;
    expect(() => checkOperationToken(example, own)).not.toThrow();
    expect(refusalOf(() => checkOperationToken(example, { ...own, ...other }))).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining(`another ${what}`), advice: expect.any(String) });
  });

  it('fits for thousands of files, and says so when it does not', () => {
    const files = (count: number): ArchiveSelection => selection({ files: Array.from({ length: count }, (_, index) => ({ folder: '12334', file: String(857_864_274 + index * 7919) })) });
    const of = (count: number): OperationToken => ({ ...example, handle: { ...example.handle, selection: files(count) } });
    const text = formatOperationToken(of(3000));
    expect(text.length).toBeLessThanOrEqual(longestToken);
    expect(parseOperationToken(text).handle.selection.files).toHaveLength(3000);
    expect(refusalOf(() => formatOperationToken(of(30_000)))).toMatchObject({ kind: 'too-large', message: expect.stringContaining('30001') });
  });
});
