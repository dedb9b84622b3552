import type { KnownFile, KnownFolder, PlainFile, World } from './world.ts';

export interface StandardWorldOptions {
  /** Makes a folder with these files in the backend and tells their ids; `title` names it for people and is unique. */
  readonly plant: (title: string, files: readonly PlainFile[]) => KnownFolder | Promise<KnownFolder>;
  /** Default 10. */
  readonly pageSize?: number;
  /** Names of the folder `hostile`; none leaves it out. Default: {@link hostileNames}. */
  readonly hostileNames?: readonly string[];
  /** False where the backend cannot hold two files of one name. */
  readonly twins?: boolean;
}

/** The parts of a world that are planted; the harness's author adds what is missing, invalid or forbidden. */
export type StandardWorld = Pick<World, 'documents' | 'many' | 'full' | 'empty' | 'hostile' | 'twins' | 'pageSize'> & { readonly large: KnownFile };

/** Names that nobody gives in good faith, and some that are only rare. */
export const hostileNames: readonly string[] = [
  '../../etc/passwd',
  '..',
  '/etc/passwd',
  'C:\\Windows\\win.ini',
  'a\\b:c*?.txt',
  'CON',
  'nul.txt',
  'Zeile\r\nSet-Cookie: a=b.txt',
  'Rechnung\u202Efdp.exe',
  '100%41.txt',
  'Frage?x=1#oben.txt',
  '<script>alert(1)</script>.txt',
  '"; filename="anders.txt',
  '.htaccess',
  '😀 Foto.jpg',
  'u\u0308ber zerlegt.txt',
  `${'lang'.repeat(74)}.txt`,
];

/** Bytes that do not repeat and do not compress; the same for the same seed. */
export function patternBytes(seed: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ 0x85eb_ca6b) | 0 || 1;
  for (let at = 0; at < size; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
}

function documents(): readonly PlainFile[] {
  return [
    { name: 'Grundriss Obergeschoß.pdf', bytes: Buffer.concat([Buffer.from('%PDF-1.7\n'), patternBytes(1, 20_000)]) },
    { name: 'Übergabeprotokoll Müller.docx', bytes: Buffer.concat([Buffer.from('PK\u0003\u0004'), patternBytes(2, 70_001)]) },
    { name: 'Straßenansicht.png', bytes: Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), patternBytes(3, 262_143)]) },
    { name: 'Notiz.txt', bytes: Buffer.from('Frau Müller ruft am Dienstag zurück.\r\n') },
    { name: 'Exposé & Preis (1).html', bytes: Buffer.from('<!DOCTYPE html><html><body>Altbau in Köln-Sülz</body></html>\n') },
    { name: 'leer.txt', bytes: Buffer.alloc(0) },
    { name: 'ein Byte.bin', bytes: Buffer.from([0]) },
    { name: 'OHNE ENDUNG', bytes: Buffer.from('Zählerstand 4711') },
  ];
}

function numbered(count: number, prefix: string): readonly PlainFile[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix} ${String(index + 1).padStart(4, '0')}.txt`;
    return { name, bytes: Buffer.from(`${name}\n`) };
  });
}

/** Plants folders and files that every case of the kit can work with. */
export async function plantStandardWorld({ plant, pageSize = 10, hostileNames: names = hostileNames, twins = true }: StandardWorldOptions): Promise<StandardWorld> {
  const large = await plant('Filme', [{ name: 'Besichtigung.mp4', bytes: patternBytes(4, 3 * 1024 * 1024 + 17) }]);
  const [largeFile] = large.files;
  if (largeFile === undefined) throw new RangeError('plant must tell of the files that it was given');
  return {
    pageSize,
    documents: await plant('Unterlagen', documents()),
    many: await plant('Belege', numbered(pageSize * 3 + Math.ceil(pageSize / 2), 'Beleg')),
    full: await plant('Zwei Seiten', numbered(pageSize * 2, 'Schreiben')),
    empty: await plant('Leer', []),
    ...(names.length === 0 ? {} : { hostile: await plant('Namen', names.map((name, index) => ({ name, bytes: Buffer.from(`Datei ${index + 1}\n`) }))) }),
    ...(twins ? { twins: await plant('Zwillinge', [{ name: 'LIESMICH.txt', bytes: Buffer.from('eins\n') }, { name: 'LIESMICH.txt', bytes: Buffer.from('zwei\n') }]) } : {}),
    large: largeFile,
  };
}
