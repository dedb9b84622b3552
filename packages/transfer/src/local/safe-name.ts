import { fitName } from '@filesource/core';
import sanitize from 'sanitize-filename';

/** Invisible characters that turn or break the text around them, and halves of characters. */
const deceiving = /[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\p{Surrogate}]/gu;
/** What most names look like: nothing here changes them, unless they are reserved. */
const plain = /^\w(?:[\w ()+-]{0,120}\w)?(?:\.\w{1,30}){0,3}$/;
const ascii = /^[ -~]*$/;
const windowsReserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$/i;
/** Our own files beside the vendor's start like this. */
export const ownPrefix = '.filesource-';

/**
 * A vendor's name as one segment of a local path, on any file system.
 * - At most 255 bytes of UTF-8; what is too long is cut before its ending.
 * - Never empty, `.`, `..`, reserved on Windows, or the name of a file of ours.
 * - `suffix` goes before the ending: ` (1)`.
 */
export function safeName(name: string, suffix = ''): string {
  if (suffix === '' && plain.test(name) && !windowsReserved.test(name)) return name;
  const visible = name.normalize('NFC').replace(deceiving, '_');
  const distinct = windowsReserved.test(visible) || visible.toLowerCase().startsWith(ownPrefix) ? `_${visible}` : visible;
  // Twice: what stands at the end after the cut may be a dot or a space again.
  const clean = sanitizeSegment(fitName(distinct));
  return suffix === '' ? clean : sanitizeSegment(fitName(clean, suffix));
}

function sanitizeSegment(name: string): string {
  const safe = sanitize(name, { replacement: '_' });
  return safe === '' ? '_' : safe;
}

/** Equal for two names that some file system takes for one. */
export function foldName(name: string): string {
  if (ascii.test(name)) return name.toLowerCase();
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * A vendor's id as one segment of a local path: two ids never become the same segment, but for their case.
 * - What a file name cannot hold is percent-encoded.
 */
export function idSegment(id: string, hash: (text: string) => string): string {
  const encoded = id.replace(/[%/\\:*?"<>|\p{Cc}\p{Surrogate}]|[. ]$/gu, (character) => encodeCharacter(character));
  const safe = safeName(encoded);
  return safe === encoded ? safe : safeName(safe, `~${hash(id).slice(0, 12)}`);
}

function encodeCharacter(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
