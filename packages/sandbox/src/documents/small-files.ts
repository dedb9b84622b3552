import { sampleDocument, type SampleDocument } from './sample-document.ts';

export interface SmallFilesOptions {
  /** Default "Beleg". */
  readonly prefix?: string;
  /** Bytes of each file, as the file's own number repeated; default: one short line. */
  readonly size?: number;
}

/** Many small text files, each with its own name and content: "Beleg 0001.txt", "Beleg 0002.txt", ... */
export function smallFiles(count: number, options: SmallFilesOptions = {}): readonly SampleDocument[] {
  const prefix = options.prefix ?? 'Beleg';
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix} ${String(index + 1).padStart(4, '0')}`;
    return sampleDocument(`${name}.txt`, 'text/plain; charset=utf-8', () =>
      options.size === undefined ? Buffer.from(`${name}\n`) : Buffer.alloc(options.size, `${name}\n`),
    );
  });
}
