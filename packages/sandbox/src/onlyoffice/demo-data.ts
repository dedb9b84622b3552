import type { SectionSpec } from './data.ts';
import { commonFolders, myFolders, sampleFiles } from './demo-folders.ts';
import { demoIds } from './demo-ids.ts';

/** Fills the `@my` of the first user; the second owns what the first may not read. */
export function demoData(users: readonly { readonly userName: string }[]): SectionSpec[] {
  const first = users[0]?.userName ?? '';
  const second = users[1]?.userName ?? first;
  const shared = { owner: first };
  return [
    { section: '@my', id: demoIds.my, owner: first, folders: myFolders(), files: sampleFiles() },
    ...users.slice(1).map(({ userName }): SectionSpec => {
      return { section: '@my', owner: userName, files: [{ title: 'Eigene Notiz.txt', content: 'Nur für mich.\n' }] };
    }),
    {
      ...shared,
      section: '@common',
      id: demoIds.common,
      folders: commonFolders(first, second),
      files: [{ title: 'Hausordnung.txt', content: 'Ruhezeit ab 22 Uhr.\n', favorite: true, recent: true }],
    },
    { ...shared, section: '@share' },
    { ...shared, section: '@favorites' },
    { ...shared, section: '@recent' },
    { ...shared, section: '@templates' },
    { ...shared, section: '@privacy' },
    { ...shared, section: '@projects' },
    ...users.map(({ userName }): SectionSpec => {
      return { section: '@trash', owner: userName, files: [{ title: 'Gelöschter Entwurf.txt', content: 'weg\n' }] };
    }),
    {
      ...shared,
      section: 'rooms',
      id: demoIds.rooms,
      folders: [{ id: demoIds.room, title: 'Objekt Köln-Sülz', files: [{ title: 'Exposé.txt', content: 'Altbau mit Stuck\n' }] }],
    },
  ];
}
