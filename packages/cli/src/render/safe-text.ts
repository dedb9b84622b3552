const harmful = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const joiners = new Set(['\u200C', '\u200D', '\u00AD']);
const wide = /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u;
/** Needs none of the tables that the others are built of, which takes longer than to print a page of it. */
const plain = /^[ -~]*$/;
let graphemes: Intl.Segmenter | undefined;

/** A vendor's text as one line that a terminal only shows and never acts on: controls and direction marks become visible. */
export function safeText(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(harmful, (character) => {
    if (joiners.has(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    return code < 0x1_00 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** One line of JSON whose texts no terminal acts on; parses to exactly `value`. */
export function jsonLine(value: unknown): string {
  return escapeControls(JSON.stringify(value));
}

/** What JSON leaves as it is although a terminal may act on it. */
export function escapeControls(json: string): string {
  return json.replace(/[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069\u061C]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}
