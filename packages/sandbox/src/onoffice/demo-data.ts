import { pseudoRandomBytes, sampleDocument, sampleDocumentNamed, sampleDocuments, smallFiles, type SampleDocument } from '../documents/index.ts';
import type { OnOfficeData } from './store.ts';

/**
 * Addresses: 1237 with the sample documents, awkward names and letters (25 files), 1240 with 260 small files, 1250 without
 * files, 1260 with hostile names, 15185 with one picture. Appointments: 247 with a picture and the sample documents, 248 with
 * 120 small files, 249 without files, 250 with one of 16 MiB.
 */
export function onOfficeDemoData(): OnOfficeData {
  return {
    addresses: [
      { id: 1237, firstFileId: 1757, files: [...sampleDocuments(), ...awkwardNames(), ...smallFiles(12, { prefix: 'Schriftverkehr' })] },
      { id: 1240, firstFileId: 2001, files: smallFiles(260) },
      { id: 1250, files: [] },
      { id: 1260, firstFileId: 2501, files: hostileNames() },
      { id: 15185, firstFileId: 3001, files: [renamed('Straßenansicht.png', 'Bildschirmfoto 2024-07-31 um 09.36.03 (1).png')] },
    ],
    appointments: [
      { id: 247, firstFileId: 3247, files: [renamed('Straßenansicht.png', 'Bild1.png'), ...sampleDocuments()] },
      { id: 248, firstFileId: 4001, files: smallFiles(120, { prefix: 'Aufnahme' }) },
      { id: 249, files: [] },
      { id: 250, firstFileId: 4301, files: [sampleDocument('Rundgang.bin', 'application/octet-stream', () => pseudoRandomBytes(250, 16 * 1024 * 1024))] },
    ],
  };
}

/** Names that people really give: a slash, one that is there already, and signs that HTML and shells read. */
function awkwardNames(): readonly SampleDocument[] {
  return [
    renamed('Grundriss Obergeschoß.pdf', 'Kaufvertrag 12/2026.pdf'),
    note('Notiz.txt', 'Eine zweite Notiz unter demselben Namen.\n'),
    note('Angebot <neu> & "alt" 100%.txt', 'Angebot\n'),
  ];
}

/** Names that nobody gives in good faith. */
function hostileNames(): readonly SampleDocument[] {
  const names = [
    '../../etc/passwd',
    '..',
    '/etc/passwd',
    'C:\\Windows\\win.ini',
    'CON',
    'nul.txt',
    'Zeile\r\nSet-Cookie: a=b.txt',
    'Null\u0000.txt',
    'Rechnung\u202Efdp.exe',
    ' . ',
    `${'lang'.repeat(80)}.txt`,
    '<script>alert(1)</script>.txt',
    '.htaccess',
    '',
  ];
  return names.map((name, index) => note(name, `Datei ${index + 1}\n`));
}

function note(name: string, content: string): SampleDocument {
  return sampleDocument(name, 'text/plain; charset=utf-8', () => Buffer.from(content));
}

function renamed(original: string, name: string): SampleDocument {
  const document = sampleDocumentNamed(original);
  return sampleDocument(name, document.mediaType, () => document.bytes());
}
