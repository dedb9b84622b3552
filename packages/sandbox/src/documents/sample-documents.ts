import { mp4 } from './mp4.ts';
import { docx, xlsx } from './office.ts';
import { pdf } from './pdf.ts';
import { png } from './png.ts';
import { sampleDocument, type SampleDocument } from './sample-document.ts';
import { storedZip } from './stored-zip.ts';

const BYTE_ORDER_MARK = '\u{feff}';

const documents: readonly SampleDocument[] = [
  sampleDocument('Grundriss Obergeschoß.pdf', 'application/pdf', () => pdf(['Grundriss Obergeschoß', 'Maßstab 1:100', 'Wohnfläche 84,5 m²'])),
  sampleDocument('Übergabeprotokoll Müller.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', () =>
    docx(['Übergabeprotokoll', 'Mieterin: Jördis Müller', 'Zählerstand Strom: 10 442 kWh', 'Schlüssel: 3 Stück']),
  ),
  sampleDocument('Straßenansicht.png', 'image/png', () => png(320, 200)),
  sampleDocument('Mietpreise 2026.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', () =>
    xlsx([
      ['Straße', 'Fläche', 'Miete'],
      ['Nürnberger Straße 4', '84,5 m²', '1.120 €'],
      ['Königsallee 17', '61 m²', '980 €'],
    ]),
  ),
  sampleDocument('Notiz.txt', 'text/plain; charset=utf-8', () => Buffer.from('Frau Müller ruft am Dienstag zurück.\r\nSchlüssel liegt im Büro.\r\n')),
  sampleDocument('Kontakte.csv', 'text/csv; charset=utf-8', () =>
    Buffer.from(`${BYTE_ORDER_MARK}Name;Ort;Telefon\r\nMüller, Jördis;Köln;0221 123456\r\nGroß, Özlem;München;089 987654\r\n`),
  ),
  sampleDocument('leer.txt', 'text/plain; charset=utf-8', () => Buffer.alloc(0)),
  sampleDocument('Exposé.html', 'text/html; charset=utf-8', () =>
    Buffer.from('<!DOCTYPE html>\n<html lang="de"><head><meta charset="utf-8"><title>Exposé</title></head><body><h1>Altbau in Köln-Sülz</h1></body></html>\n'),
  ),
  sampleDocument('Besichtigung.mp4', 'video/mp4', () => mp4(2026, 3 * 1024 * 1024 + 17)),
  sampleDocument('Unterlagen.zip', 'application/zip', () =>
    storedZip([
      { name: 'Verträge/Mietvertrag.txt', bytes: Buffer.from('Mietvertrag\n') },
      { name: 'Verträge/Anlage 1.txt', bytes: Buffer.from('Anlage 1\n') },
    ]),
  ),
];

/** Real files of several kinds and sizes with German names, one of them empty and one of 3 MB; the same on every machine. */
export function sampleDocuments(): readonly SampleDocument[] {
  return documents;
}

export function sampleDocumentNamed(name: string): SampleDocument {
  const found = documents.find((document) => document.name === name);
  if (found === undefined) throw new RangeError(`There is no sample document named "${name}".`);
  return found;
}
