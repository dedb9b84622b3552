import { FileSourceError } from '@filesource/core';

/**
 * - `place`: files and folders really stand in it. `view`: shows what stands elsewhere. `roof`: holds folders only.
 */
type SectionNature = 'place' | 'view' | 'roof';

const sections: Readonly<Record<string, SectionNature>> = {
  '@my': 'place',
  '@common': 'place',
  '@trash': 'place',
  '@privacy': 'place',
  '@projects': 'roof',
  '@rooms': 'roof',
  '@root': 'roof',
  '@share': 'view',
  '@favorites': 'view',
  '@recent': 'view',
  '@templates': 'view',
};

export type FolderId =
  | { readonly kind: 'section'; readonly text: string; readonly nature: SectionNature }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'third-party'; readonly text: string };

/** Folders of connected accounts, such as `sbox-1-|docs` or `drive-3`. */
const thirdParty = /^[A-Za-z][A-Za-z0-9]*-\d+(-.*)?$/s;
const positive = /^[1-9]\d{0,17}$/;

export function parseFolderId(text: string): FolderId {
  if (text.startsWith('@')) {
    const nature = Object.hasOwn(sections, text) ? sections[text] : undefined;
    if (nature !== undefined) return { kind: 'section', text, nature };
    throw new FileSourceError('invalid-argument', `${JSON.stringify(text)} is not a section`, { advice: `Sections are ${Object.keys(sections).join(', ')}.` });
  }
  if (positive.test(text)) return { kind: 'number', text };
  if (thirdParty.test(text)) return { kind: 'third-party', text };
  throw new FileSourceError('invalid-argument', `${JSON.stringify(text)} is not a folder id`, {
    advice: 'Use a number above 0, a section such as @my, or the id of a folder in a connected account such as sbox-1-….',
  });
}

export function checkFileId(text: string): string {
  if (isOwnId(text) || thirdParty.test(text)) return text;
  throw new FileSourceError('invalid-argument', `${JSON.stringify(text)} is not a file id`, {
    advice: 'Use a number above 0, or the id of a file in a connected account such as sbox-1-….',
  });
}

/** True for an id of the portal itself, false for one of a connected account. */
export function isOwnId(text: string): boolean {
  return positive.test(text);
}

/** Where the contents of a folder are listed, below `api/2.0/files/`. */
export function contentsPath(folder: FolderId): string {
  if (folder.kind !== 'section') return encodeURIComponent(folder.text);
  return folder.text === '@rooms' ? 'rooms' : folder.text;
}
