import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FileSourceError, parseJson } from '@filesource/core';
import { Base64Decoder } from '../src/base64-decoder.ts';
import { ContentBody } from '../src/content-body.ts';
import { readContents } from '../src/contents.ts';

interface Answer {
  readonly response: { readonly results: readonly { readonly data: { readonly records: readonly { readonly id: unknown; readonly elements: { readonly content: unknown; readonly fileSize?: number } }[] } }[] };
}

/** A JSON text of `value` with its members in an order, white space and slashes that the numbers choose. */
function wild(value: unknown, pick: () => number): string {
  const space = (): string => ['', '', ' ', '\n\t'][pick() % 4] ?? '';
  if (Array.isArray(value)) return `[${value.map((item) => `${space()}${wild(item, pick)}${space()}`).join(',')}]`;
  if (typeof value !== 'object' || value === null) return escaped(JSON.stringify(value), pick);
  const members = Object.entries(value).map(([name, member]) => ({ at: pick(), text: `${escaped(JSON.stringify(name), pick)}${space()}:${space()}${wild(member, pick)}` }));
  return `{${members.toSorted((a, b) => a.at - b.at).map(({ text }) => `${space()}${text}`).join(',')}${space()}}`;
}

/** Some characters of a JSON string as the escapes that mean the same. */
function escaped(json: string, pick: () => number): string {
  if (!json.startsWith('"')) return json;
  return json.replace(/\\.|[/+=A-Za-z]/g, (text) => {
    if (text.length > 1) return text;
    const how = pick() % 8;
    if (text === '/' && how > 2) return '\\/';
    return how === 0 ? `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}` : how === 1 ? `\\u${text.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}` : text;
  });
}

/** Base64 with line breaks as some encoders have them. */
function base64(bytes: Uint8Array, lineLength: number): string {
  const text = Buffer.from(bytes).toString('base64');
  return lineLength === 0 ? text : text.replace(new RegExp(`.{${lineLength}}`, 'g'), '$&\r\n');
}

function cut(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] ?? 1);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function answerWith(content: unknown, more: object = {}): object {
  return {
    status: { code: 200, errorcode: 0, message: 'OK "content": /' },
    content: 'QUJD',
    response: { results: [{ identifier: 'fs-1', content: 'not this', data: { meta: { cntabsolute: 1, content: 'nor this' }, records: [{ id: 5, type: 'file', elements: { name: 'a "content" \\ ü.txt', fileSize: 3, content, ...more } }] }, status: { errorcode: 0 } }] },
  };
}

const picks = (numbers: readonly number[]): (() => number) => {
  let at = 0;
  return () => numbers[at++ % numbers.length] ?? 0;
};
const wildAnswer = {
  bytes: fc.uint8Array({ maxLength: 2000 }),
  numbers: fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
  sizes: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 8 }),
  lineLength: fc.constantFrom(0, 0, 4, 7, 76),
};

/** The bytes of the one content, as a caller of the adapter gets them. */
async function streamed(chunks: readonly Buffer[], check: (text: string, bytes: number | null) => void = (text) => void parseJson(text)): Promise<{ readonly bytes: Buffer; readonly text: string }> {
  const body = new ContentBody(Readable.from(chunks, { objectMode: false }), { maxBytes: 2 ** 30, maxContentBytes: 2 ** 30, onContent: () => undefined, check });
  const { text } = await body.started;
  return { bytes: await buffer(body), text };
}

test('any bytes in any JSON, cut anywhere, come out as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record(wildAnswer), async ({ bytes, numbers, sizes, lineLength }) => {
      const json = wild(answerWith(base64(bytes, lineLength)), picks(numbers));
      const { bytes: got, text } = await streamed(cut(json, sizes));
      expect(got.equals(bytes)).toBe(true);
      expect(JSON.parse(text)).toEqual(answerWith('0'));
    }),
    { numRuns: 300 },
  );
});

test('content as PHP writes it, cut anywhere, comes out as it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 0, max: 255 }), wildAnswer.sizes, async (drawn, least, sizes) => {
      // Many bytes of many bits: many slashes.
      const bytes = drawn.map((byte) => byte | least);
      const json = JSON.stringify(answerWith(base64(bytes, 0))).replaceAll('/', '\\/');
      expect((await streamed(cut(json, sizes))).bytes.equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test('digits, slashes and padding are decoded without making them a text; all else is left to the text', () => {
  const decoder = new Base64Decoder();
  expect(decoder.writeRaw(Buffer.from('QUJD\\/\\/\\/\\/Q'))?.toString('hex')).toBe('414243ffffff');
  for (const other of ['\\', '\\n', '\\u0041', 'A\\', ' ', 'A=A', '===', '"', '\u0000', 'Ä']) expect(decoder.writeRaw(Buffer.from(other))).toBeUndefined();
  expect(decoder.writeRaw(Buffer.from('g=='))?.length).toBe(0);
  expect(decoder.writeRaw(Buffer.from('QUJD'))).toBeUndefined();
  expect(decoder.end().toString()).toBe('B');
});

test('a group that began with what is no digit is not decoded, wherever its pieces are cut', async () => {
  const decoder = new Base64Decoder();
  decoder.write('QUJD"');
  expect(decoder.writeRaw(Buffer.from('AAA'))).toBeUndefined();
  expect(() => decoder.write('AAA')).toThrow('not base64');
  for (const size of [1, 2, 3, 5, 1000]) await expect(streamed(cut(JSON.stringify(answerWith('QUJD"AAA')), [size]))).rejects.toMatchObject({ kind: 'corrupt' });
});

test('several contents of one answer come out each for itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), wildAnswer.numbers, wildAnswer.sizes, async (all, numbers, sizes) => {
      const json = wild({ response: { results: all.map((bytes, index) => ({ identifier: index, data: { records: [{ id: index, elements: index % 2 === 0 ? { content: base64(bytes, 0) } : [{ content: base64(bytes, 0) }] }] } })) } }, picks(numbers));
      const { text, contents } = await readContents(Readable.from(cut(json, sizes), { objectMode: false }), 2 ** 30);
      for (const [index, { data }] of (JSON.parse(text) as Answer).response.results.entries()) {
        const { elements } = data.records[0] as { elements: { content: string } | readonly [{ content: string }] };
        const place = Array.isArray(elements) ? elements[0]?.content : (elements as { content: string }).content;
        const content = contents[Number(place)];
        expect(content !== undefined && 'bytes' in content && content.bytes.equals(all[index] ?? Buffer.alloc(0))).toBe(true);
      }
      expect(contents).toHaveLength(all.length);
    }),
  );
});

test('what was damaged anywhere is an error, or gives what JSON.parse and strict base64 make of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...wildAnswer, at: fc.nat(), patch: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('"', '\\', '\\"', '\\\\', '{', '}', ']', ',', '=', '==', '\n', '\\n', '\u0000', 'ü')), drop: fc.nat({ max: 5 }) }), async ({ bytes, numbers, sizes, lineLength, at, patch, drop }) => {
      const json = wild(answerWith(base64(bytes, lineLength)), picks(numbers));
      const where = at % (json.length + 1);
      const damaged = json.slice(0, where) + patch + json.slice(where + drop);
      const got = await streamed(cut(damaged, sizes)).catch((error: unknown) => error);
      if (FileSourceError.is(got)) return;
      const { text, bytes: given } = got as { readonly text: string; readonly bytes: Buffer };
      const record = (JSON.parse(damaged) as Partial<Answer>).response?.results?.[0]?.data?.records?.[0];
      const left = (JSON.parse(text) as Partial<Answer>).response?.results?.[0]?.data?.records?.[0];
      expect(left?.id).toEqual(record?.id);
      if (left?.elements?.content !== '0') return;
      const expected = String(record?.elements.content).replace(/\s+/g, '');
      expect(given.toString('base64')).toBe(Buffer.from(expected, 'base64').toString('base64'));
      expect(expected.length % 4).toBe(0);
    }),
    { numRuns: 1000 },
  );
});

describe('a content that is larger than what is held back', () => {
  const large = Buffer.alloc(3_000_000, 'ÄÖÜ/+?');
  const json = JSON.stringify(answerWith(large.toString('base64'), { after: 'x' })).replaceAll('/', '\\/');
  const chunks = (text: string): Buffer[] => cut(text, [65_536]);
  /** What a reader gets before the end, and the error that it ends with. */
  async function read(parts: Iterable<Buffer> | AsyncIterable<Buffer>, check: (text: string, bytes: number | null) => void = (text) => void parseJson(text)): Promise<{ readonly bytes: Buffer; readonly error: unknown }> {
    const body = new ContentBody(Readable.from(parts, { objectMode: false }), { maxBytes: 2 ** 30, maxContentBytes: 2 ** 30, onContent: () => undefined, check });
    await body.started;
    const got: Buffer[] = [];
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) got.push(chunk);
      return { bytes: Buffer.concat(got), error: undefined };
    } catch (error) {
      return { bytes: Buffer.concat(got), error };
    }
  }

  test('is given while it comes, with what stands before it', async () => {
    const seen: string[] = [];
    let ended = false;
    async function* parts(): AsyncGenerator<Buffer> {
      yield* chunks(json);
      ended = true;
    }
    const body = new ContentBody(Readable.from(parts(), { objectMode: false }), { maxBytes: 2 ** 30, maxContentBytes: 2 ** 30, onContent: (text) => seen.push(text), check: (_text, bytes) => expect(bytes).toBe(large.length) });
    await body.started;
    expect(ended).toBe(false);
    expect((JSON.parse(seen[0] ?? '') as Answer).response.results[0]?.data.records[0]).toMatchObject({ id: 5, elements: { fileSize: 3, content: '0' } });
    // Nobody reads, so that only what is held and buffered has been taken.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    expect((await buffer(body)).equals(large)).toBe(true);
  });

  test('is not given to its end when the rest of the answer is wrong, and that is final', async () => {
    const { bytes, error } = await read(chunks(json), () => {
      throw new FileSourceError('vendor-protocol', 'another file', { status: 'temporary' });
    });
    expect(error).toMatchObject({ kind: 'vendor-protocol', status: 'persistent' });
    expect(bytes.length).toBeLessThan(large.length);
  });

  test.each([
    ['in the content', json.length / 2],
    ['behind it', json.length - 30],
  ])('that breaks off %s fails as truncated, and can be continued', async (_where, length) => {
    const { bytes, error } = await read(chunks(json.slice(0, length)));
    expect(error).toMatchObject({ kind: 'truncated', status: 'temporary' });
    expect(bytes.length).toBeLessThan(large.length);
    expect(bytes.equals(large.subarray(0, bytes.length))).toBe(true);
  });

  test('that is no base64 further on fails for good', async () => {
    const middle = json.length / 2;
    const { error } = await read(chunks(`${json.slice(0, middle)}*${json.slice(middle + 1)}`));
    expect(error).toMatchObject({ kind: 'corrupt', status: 'persistent' });
  });

  test('followed by another one is refused', async () => {
    const { error } = await read(chunks(JSON.stringify({ response: { results: [{ data: { records: [1, 2].map((id) => ({ id, elements: { content: large.toString('base64') } })) } }] } })));
    expect(error).toMatchObject({ kind: 'vendor-protocol', status: 'persistent' });
  });

  test('ends with its connection when nobody wants it', async () => {
    const source = Readable.from(chunks(json), { objectMode: false });
    const body = new ContentBody(source, { maxBytes: 2 ** 30, maxContentBytes: 2 ** 30, onContent: () => undefined, check: () => undefined });
    await body.started;
    body.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.destroyed).toBe(true);
  });
});

test('a content that comes byte by byte is given whole', async () => {
  const bytes = Buffer.alloc(300_000, 'some bytes, again and again');
  const text = Buffer.from(JSON.stringify({ response: { results: [{ data: { records: [{ id: 1, elements: { content: bytes.toString('base64') } }] } }] } }));
  let at = 0;
  const source = new Readable({
    read() {
      while (at < text.length && this.push(text.subarray(at, at + 1))) at += 1;
      at += 1;
      if (at >= text.length) this.push(null);
    },
  });
  const body = new ContentBody(source, { maxBytes: 10_000_000, maxContentBytes: 10_000_000, onContent: () => undefined, check: () => undefined });
  expect((await buffer(body)).equals(bytes)).toBe(true);
});
