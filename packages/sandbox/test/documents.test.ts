import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { pseudoRandomBytes, sampleDocumentNamed, sampleDocuments, smallFiles } from '../src/documents/index.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('sample documents', () => {
  test('have one name each, a media type, and the same buffer at every call', () => {
    const names = sampleDocuments().map((document) => document.name);
    expect(new Set(names).size).toBe(names.length);
    for (const document of sampleDocuments()) {
      expect(document.mediaType).toMatch(/^[a-z]+\/[\w.+-]+/);
      expect(document.bytes()).toBe(document.bytes());
    }
  });

  test('an unknown name is refused', () => {
    expect(() => sampleDocumentNamed('nichts.txt')).toThrow('nichts.txt');
  });

  test('the cross-reference table of the PDF points at its objects', () => {
    const text = sampleDocumentNamed('Grundriss Obergeschoß.pdf').bytes().toString('latin1');
    const start = Number(/startxref\n(\d+)/.exec(text)?.[1]);
    expect(text.slice(start, start + 4)).toBe('xref');
    const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n /gm)].map((match) => Number(match[1]));
    expect(offsets.map((offset) => text.slice(offset, offset + 7))).toEqual(['1 0 obj', '2 0 obj', '3 0 obj', '4 0 obj', '5 0 obj']);
  });

  test('the PNG holds as many pixels as its header says', () => {
    const bytes = sampleDocumentNamed('Straßenansicht.png').bytes();
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    const length = bytes.readUInt32BE(33);
    expect(inflateSync(bytes.subarray(41, 41 + length))).toHaveLength(height * (1 + width * 3));
  });

  test.each(['Übergabeprotokoll Müller.docx', 'Mietpreise 2026.xlsx', 'Unterlagen.zip'])('%s is a ZIP with a directory', (name) => {
    const bytes = sampleDocumentNamed(name).bytes();
    const end = bytes.subarray(-22);
    expect(end.subarray(0, 4).toString('latin1')).toBe('PK\x05\x06');
    const offset = end.readUInt32LE(16);
    expect(bytes.subarray(offset, offset + 4).toString('latin1')).toBe('PK\x01\x02');
    expect(offset + end.readUInt32LE(12)).toBe(bytes.length - 22);
  });

  test('one is empty and one is bigger than three megabytes', () => {
    expect(sampleDocumentNamed('leer.txt').bytes()).toHaveLength(0);
    expect(sampleDocumentNamed('Besichtigung.mp4').bytes().length).toBeGreaterThan(3 * 1024 * 1024);
  });
});

describe('made-up content', () => {
  test('the same seed gives the same bytes on every machine', () => {
    expect(sha256(pseudoRandomBytes(7, 1003))).toBe('706b310aca4f666689969343d8ea506d5b3be9cd4c6620bb96e2032d9d608b3e');
  });

  test('another seed gives other bytes, and a longer one begins with the shorter', () => {
    expect(pseudoRandomBytes(1, 64)).not.toEqual(pseudoRandomBytes(2, 64));
    expect(pseudoRandomBytes(1, 128).subarray(0, 64)).toEqual(pseudoRandomBytes(1, 64));
    expect(pseudoRandomBytes(0, 64).equals(Buffer.alloc(64))).toBe(false);
  });

  test('small files have their own names and contents', () => {
    const files = smallFiles(3, { prefix: 'Rechnung' });
    expect(files.map((file) => file.name)).toEqual(['Rechnung 0001.txt', 'Rechnung 0002.txt', 'Rechnung 0003.txt']);
    expect(new Set(files.map((file) => file.bytes().toString())).size).toBe(3);
    expect(smallFiles(1, { size: 100 })[0]?.bytes()).toHaveLength(100);
  });
});
