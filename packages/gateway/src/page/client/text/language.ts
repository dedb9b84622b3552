import { recall, remember } from '../storage.ts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';

export const languages = { de: 'Deutsch', en: 'English' } as const;
export type Language = keyof typeof languages;

const dictionaries: Readonly<Record<Language, Texts>> = { de, en };
let current: Language = 'en';

/** The texts in the language that is set now. */
export function t(): Texts {
  return dictionaries[current];
}

export function language(): Language {
  return current;
}

/** The language as the browser has it, with its country: dates of `en-GB` are not those of `en-US`. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(current)) ?? current;
}

function setLanguage(next: Language): void {
  current = next;
  document.documentElement.lang = next;
}

/** What the person chose before, otherwise the first language of the browser that the page has, otherwise English. */
export function startLanguage(): void {
  const wanted = [recall('language') ?? '', ...navigator.languages];
  setLanguage(wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en');
}

export function chooseLanguage(next: string): void {
  if (!isLanguage(next)) return;
  remember('language', next);
  setLanguage(next);
}

function isLanguage(text: string): text is Language {
  return Object.hasOwn(languages, text);
}
