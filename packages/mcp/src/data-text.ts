import { limits } from './limits.ts';

/** What shows as nothing, or turns the text around it, and which JSON leaves as it is. */
const invisible = /[\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uDB40][\uDC00-\uDFFF]/g;

/** A value as JSON in which nothing is hidden: controls, direction marks and tag characters are escapes. Parses to exactly `value`. */
export function dataText(value: unknown): string {
  return JSON.stringify(value).replace(invisible, (found) => found.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
}

/** A text from outside, cut where it is longer than anybody needs. */
export function clip(text: string, most: number = limits.mostNameChars): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

export function clipOrNull(text: string | null, most?: number): string | null {
  return text === null ? null : clip(text, most);
}
