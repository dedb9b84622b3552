import { describe, expect, test } from '@jest/globals';
import { FileSourceError } from '@filesource/core';
import { memoryStore } from './support/memory-store.ts';
import { readText, type TextPart } from '../src/text/read-text.ts';

const ref = { folder: '1', file: '2' };

async function read(bytes: Buffer, options: { readonly charset?: string; readonly maxChars?: number; readonly offset?: number; readonly name?: string } = {}): Promise<TextPart> {
  const { name = 'a.txt', ...rest } = options;
  const { source } = memoryStore({ folders: [{ id: '1', files: [{ id: '2', name, bytes }] }] });
  return readText(source, ref, { offset: 0, maxChars: 1_000, signal: new AbortController().signal, ...rest });
}

/** All parts, joined. */
async function readInParts(bytes: Buffer, maxChars: number): Promise<string> {
  let text = '';
  let charset: string | undefined;
  for (let offset: number | null = 0; offset !== null; ) {
    const part: TextPart = await read(bytes, { offset, maxChars, ...(charset === undefined ? {} : { charset }) });
    text += part.text;
    charset = part.charset;
    offset = part.nextOffset;
  }
  return text;
}

const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const text = 'Größe 4 m², 3 € – „Königsallee“ 🏠🏡 東京\r\n';

describe('the text of a file', () => {
  test.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', utf16(text)],
    ['utf-16be', Buffer.from(utf16(text)).swap16()],
    ['windows-1252', Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65, 0x20, 0x80, 0x20, 0x84, 0x93])],
    ['utf-8', Buffer.alloc(0)],
  ])('is found to be %s, and read without its mark', async (charset, bytes) => {
    const part = await read(bytes);
    expect(part).toMatchObject({ charset, nextOffset: null });
    expect(part.text).toBe(charset === 'windows-1252' ? 'Größe € „“' : bytes.length === 0 ? '' : text);
  });

  test.each([1, 2, 3, 4, 5, 7, 11, 40])('comes whole in parts of %d, whatever its charset', async (maxChars) => {
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), utf16(text), Buffer.from([0x80, 0xe4, 0x41, 0x93, 0x0a, 0xff])]) {
      expect(await readInParts(bytes, maxChars)).toBe((await read(bytes)).text);
    }
  });

  test('starts behind the rest of a character when the offset is in the middle of one', async () => {
    expect(await read(Buffer.from('aäb'), { offset: 2 })).toMatchObject({ text: 'b', offset: 3, charset: 'utf-8' });
  });

  test('is read in the charset that is asked for, or refused', async () => {
    expect(await read(Buffer.from([0xa4]), { charset: 'iso-8859-15' })).toMatchObject({ text: '€', charset: 'iso-8859-15' });
    await expect(read(Buffer.from([0x41, 0xff]), { charset: 'utf-8' })).rejects.toMatchObject({ kind: 'invalid-argument', message: 'the text is not utf-8' });
    await expect(read(Buffer.from('a'), { charset: 'klingon' })).rejects.toMatchObject({ kind: 'unsupported' });
  });

  test('is no text when it holds what no text does, whatever its name says', async () => {
    for (const bytes of [Buffer.from([0x41, 0x00, 0x42]), Buffer.from('\u0001\u0002\u0003abc'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10])]) {
      await expect(read(bytes)).rejects.toMatchObject({ kind: 'unsupported', message: expect.stringContaining('no text: text/plain') });
    }
  });

  test('is looked for where nothing tells the type, and not where the type tells that there is none', async () => {
    expect((await read(Buffer.from('hello'), { name: 'LIESMICH' })).text).toBe('hello');
    await expect(read(Buffer.from([0, 1]), { name: 'LIESMICH' })).rejects.toMatchObject({ message: expect.stringMatching(/of an unknown type|octet-stream/) });
    await expect(read(Buffer.from('hello'), { name: 'a.png' })).rejects.toMatchObject({ message: expect.stringContaining('image/png') });
    for (const name of ['a.json', 'a.xml', 'a.svg', 'a.yaml', 'a.csv', 'a.html', 'a.js']) expect({ name, text: (await read(Buffer.from('{}'), { name })).text }).toEqual({ name, text: '{}' });
  });

  test('an offset behind the end is told', async () => {
    await expect(read(Buffer.from('abc'), { offset: 4 })).rejects.toMatchObject({ kind: 'range-not-satisfiable' });
    await expect(read(Buffer.from('abc'), { offset: 4 })).rejects.toBeInstanceOf(FileSourceError);
  });
});
