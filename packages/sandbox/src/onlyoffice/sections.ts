import type { SectionName } from './model.ts';

export interface Section {
  readonly title: string;
  readonly folderType: number;
  readonly perUser: boolean;
  /** The section has no entries of its own: it shows entries that live elsewhere. */
  readonly virtual: boolean;
}

const SECTIONS: Record<SectionName, Section> = {
  '@my': { title: 'Meine Dokumente', folderType: 5, perUser: true, virtual: false },
  '@common': { title: 'Gemeinsame Dokumente', folderType: 1, perUser: false, virtual: false },
  '@share': { title: 'Für mich freigegeben', folderType: 6, perUser: false, virtual: true },
  '@favorites': { title: 'Favoriten', folderType: 10, perUser: false, virtual: true },
  '@recent': { title: 'Zuletzt verwendet', folderType: 11, perUser: false, virtual: true },
  '@trash': { title: 'Papierkorb', folderType: 3, perUser: true, virtual: false },
  '@templates': { title: 'Vorlagen', folderType: 12, perUser: false, virtual: false },
  '@privacy': { title: 'Privater Raum', folderType: 13, perUser: false, virtual: false },
  '@projects': { title: 'Projekte', folderType: 8, perUser: false, virtual: false },
  rooms: { title: 'Räume', folderType: 14, perUser: false, virtual: false },
};

export const sectionNames = Object.keys(SECTIONS) as SectionName[];

export function sectionOf(name: SectionName): Section {
  return SECTIONS[name];
}
