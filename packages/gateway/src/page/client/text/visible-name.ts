import { t } from './language.ts';

const turners = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A vendor's name as a person may safely read it: what breaks lines or turns the direction of writing stands as a sign of its own. */
export function visibleName(name: string): string {
  const visible = name.replace(turners, '\u{FFFD}');
  return visible.trim() === '' ? t().noName : visible;
}

/** The ending of a name in capitals, otherwise the media type, otherwise nothing known. */
export function kindOfFile(name: string, mediaType: string | null): string {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  return ending?.toUpperCase() ?? mediaType ?? t().unknown;
}
