export interface PageTexts {
  /** BCP 47, for the page and for its numbers and dates. */
  readonly locale: string;
  readonly title: string;
  readonly caption: (count: number) => string;
  readonly name: string;
  readonly size: string;
  readonly date: string;
  readonly download: string;
  readonly downloadAll: string;
  readonly archive: string;
  readonly empty: string;
  readonly unnamed: string;
  readonly expiredTitle: string;
  readonly expired: string;
}

const german: PageTexts = {
  locale: 'de-DE',
  title: 'Ihre Dateien',
  caption: (count) => (count === 1 ? '1 Datei' : `${count} Dateien`),
  name: 'Name',
  size: 'Größe',
  date: 'Datum',
  download: 'Herunterladen',
  downloadAll: 'Alle als ZIP herunterladen',
  archive: 'Dateien',
  empty: 'Für diese Adresse gibt es keine Dateien.',
  unnamed: 'ohne Namen',
  expiredTitle: 'Link abgelaufen',
  expired: 'Dieser Link ist nicht mehr gültig. Bitte lassen Sie sich einen neuen schicken.',
};

const english: PageTexts = {
  locale: 'en-GB',
  title: 'Your files',
  caption: (count) => (count === 1 ? '1 file' : `${count} files`),
  name: 'Name',
  size: 'Size',
  date: 'Date',
  download: 'Download',
  downloadAll: 'Download all as ZIP',
  archive: 'Files',
  empty: 'There are no files for this address.',
  unnamed: 'without a name',
  expiredTitle: 'Link expired',
  expired: 'This link is no longer valid. Please ask for a new one.',
};

const french: PageTexts = {
  locale: 'fr-FR',
  title: 'Vos fichiers',
  caption: (count) => (count === 1 ? '1 fichier' : `${count} fichiers`),
  name: 'Nom',
  size: 'Taille',
  date: 'Date',
  download: 'Télécharger',
  downloadAll: 'Tout télécharger en ZIP',
  archive: 'Fichiers',
  empty: 'Il n’y a aucun fichier pour cette adresse.',
  unnamed: 'sans nom',
  expiredTitle: 'Lien expiré',
  expired: 'Ce lien n’est plus valable. Veuillez en demander un nouveau.',
};

// ISO 639-2 has two codes for German and for French.
const byLanguage: Readonly<Record<string, PageTexts>> = { DEU: german, GER: german, ENG: english, FRA: french, FRE: french };

/** English for languages that the page is not written in. */
export function pageTexts(language: string): PageTexts {
  return byLanguage[language.toUpperCase()] ?? english;
}
