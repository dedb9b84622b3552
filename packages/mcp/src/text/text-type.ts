const textTypes = /^(?:text\/|application\/(?:(?:[\w.+-]+\+)?(?:json|xml|yaml)|x-yaml|(?:x-|ecma|java)?script|javascript|toml|sql|rtf|x-sh|x-ndjson|ndjson|jsonl|graphql|x-www-form-urlencoded|pgp-signature|pem-certificate-chain)\b|(?:image|model|message)\/(?:[\w.-]+\+xml|rfc822)\b)/i;
/** What servers say when they do not know. */
const unknownTypes = /^(?:application\/(?:octet-stream|x-empty|unknown|force-download|x-download|binary)|binary\/octet-stream)\b/i;

/** What a media type says about the bytes: `unknown` means that they have to be looked at. */
export function textTypeOf(mediaType: string | null): 'text' | 'binary' | 'unknown' {
  if (mediaType === null || unknownTypes.test(mediaType)) return 'unknown';
  return textTypes.test(mediaType) ? 'text' : 'binary';
}

/** The charset that a media type names, in lower case. */
export function charsetOf(mediaType: string | null): string | undefined {
  return /;\s*charset="?([^\s";]+)/i.exec(mediaType ?? '')?.[1]?.toLowerCase();
}

/** True for bytes that no text has: a NUL, or many other controls. */
export function looksBinary(bytes: Uint8Array): boolean {
  let controls = 0;
  for (const byte of bytes) {
    if (byte === 0) return true;
    if (byte < 0x20 && !plainControls.has(byte)) controls += 1;
  }
  return controls > bytes.length / 20;
}

/** Backspace, tab, line feed, form feed, carriage return, escape. */
const plainControls: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b]);
