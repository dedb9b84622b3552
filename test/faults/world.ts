import { pseudoRandomBytes, sampleDocument, type SampleDocument } from '@filesource/sandbox';

/** A file as it must arrive. */
export interface Expected {
  readonly ref: string;
  readonly bytes: Buffer;
}

/** Documents of every kind that faults could hide in: none, short, text, a page that looks like an error, and some that take several reads. */
export function fewDocuments(): readonly SampleDocument[] {
  return [
    text('leer.txt', ''),
    text('kurz.txt', 'x'),
    text('Notiz Müller.txt', 'Frau Müller ruft am Dienstag zurück.\r\n'.repeat(20)),
    sampleDocument('Exposé.html', 'text/html', () => Buffer.from('<!DOCTYPE html>\n<html><head><title>Exposé</title></head><body>Altbau</body></html>\n')),
    binary('Plan.pdf', 1, 700),
    binary('Plan.pdf', 2, 4096),
    binary('Foto.jpg', 3, 41_003),
    binary('Rundgang.bin', 4, 180_000),
  ];
}

export function manyDocuments(): readonly SampleDocument[] {
  return Array.from({ length: 205 }, (_, index) => text(`Beleg ${index}.txt`, `Beleg ${index}\n`));
}

let hugeBytes: Buffer | undefined;

/** Large enough to come in ranges where it comes slowly; the same for all runs, since it takes a while to make. */
export function hugeDocuments(): readonly SampleDocument[] {
  return [sampleDocument('Film.bin', 'application/octet-stream', () => (hugeBytes ??= pseudoRandomBytes(5, 66 * 1024 * 1024)))];
}

function text(name: string, content: string): SampleDocument {
  return sampleDocument(name, 'text/plain', () => Buffer.from(content));
}

function binary(name: string, seed: number, size: number): SampleDocument {
  return sampleDocument(name, 'application/octet-stream', () => pseudoRandomBytes(seed, size));
}
