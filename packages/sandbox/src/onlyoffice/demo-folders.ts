import { sampleDocumentNamed, sampleDocuments, smallFiles } from '../documents/index.ts';
import type { FileSpec, FolderSpec } from './data.ts';
import { demoIds } from './demo-ids.ts';

const { files } = demoIds;
const LEASE = 'Mietvertrag Königsallee.docx';

export function sampleFiles(): FileSpec[] {
  const ids: Record<string, number> = { 'leer.txt': files.emptyFile, 'Notiz.txt': files.note };
  return sampleDocuments().map((document, index): FileSpec => {
    const id = ids[document.name];
    return {
      title: document.name,
      content: document.bytes(),
      modified: `2026-03-${String(index + 1).padStart(2, '0')}T09:30:00Z`,
      ...(id !== undefined && { id }),
    };
  });
}

export function myFolders(): FolderSpec[] {
  const photo = sampleDocumentNamed('Straßenansicht.png');
  return [
    contracts(),
    { id: demoIds.photos, title: 'Fotos', files: [{ title: photo.name, content: photo.bytes() }] },
    {
      id: demoIds.receipts,
      title: 'Belege 2026',
      files: smallFiles(263).map(({ name, bytes }) => ({ title: name, content: bytes(), modified: '2026-05-01T12:00:00Z' })),
    },
    { id: demoIds.empty, title: 'Leerer Ordner' },
    {
      id: demoIds.versions,
      title: 'Versionen',
      folders: [
        {
          title: 'v1.0',
          files: [
            { title: 'LIESMICH', content: 'eins\n' },
            { title: 'LIESMICH', content: 'zwei\n' },
          ],
        },
      ],
    },
    {
      id: demoIds.thirdParty,
      title: 'Box-Ablage',
      provider: { key: 'Box', id: 1 },
      folders: [
        {
          id: demoIds.thirdPartySub,
          title: 'Angebote',
          files: [{ id: files.thirdParty, title: 'Angebot Dach.pdf', content: sampleDocumentNamed('Grundriss Obergeschoß.pdf').bytes() }],
        },
      ],
    },
  ];
}

function contracts(): FolderSpec {
  const lease = sampleDocumentNamed('Übergabeprotokoll Müller.docx').bytes();
  const history = ['Fassung 1\n', 'Fassung 2, länger\n', 'Fassung 3\n'].map((text) => Buffer.from(text));
  return {
    id: demoIds.contracts,
    title: 'Verträge',
    files: [
      { id: files.lease, title: LEASE, content: lease, modified: '2026-04-02T08:00:00Z', favorite: true },
      { id: files.history, title: 'Wartungsvertrag.txt', content: history, modified: '2026-04-05T08:00:00Z', recent: true },
      { id: files.protectedByPassword, title: 'Vertraulich.docx', content: lease, password: 'geheim' },
    ],
    folders: [
      {
        id: demoIds.leases,
        title: 'Miete & Pacht',
        files: [{ id: files.leaseCopy, title: LEASE, content: 'Abschrift des Mietvertrags\n', modified: '2026-04-03T08:00:00Z' }],
        folders: [{ title: 'Straße 12', folders: [{ title: 'Obergeschoß', files: [{ title: 'Übergabe.txt', content: 'Zähler 4711\n' }] }] }],
      },
    ],
  };
}

export function commonFolders(first: string, second: string): FolderSpec[] {
  return [
    {
      id: demoIds.privateFolder,
      title: 'Personalakten',
      owner: second,
      readers: 'owner',
      files: [{ id: files.privateFile, title: 'Gehälter.csv', content: 'Name;Betrag\r\n' }],
    },
    {
      id: demoIds.viewOnly,
      title: 'Nur ansehen',
      denyDownload: true,
      files: [{ id: files.viewOnly, title: 'Planung.txt', content: 'Nicht zum Mitnehmen.\n' }],
    },
    {
      id: demoIds.mixed,
      title: 'Gemischt',
      files: [
        { id: files.readable, title: 'Für alle.txt', content: 'Alle dürfen das lesen.\n' },
        { id: files.hidden, title: 'Nur Jörg.txt', content: 'psst\n', owner: second, readers: 'owner' },
        { title: 'Geteilt.txt', content: 'Von Jörg für Anna.\n', owner: second, readers: [first] },
      ],
    },
  ];
}
