const hidden = '[redacted]';
const shortestSecret = 4;
const urlPattern = /\b(https?:\/\/)([^\s"'<>\\]+)/gi;
const headerPattern = /\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/gi;
const apiKeyPattern = /\bsk-[0-9A-Za-z]{8,}/g;
/** A SHA-256 digest in base64, as signatures are written. */
const digestPattern = /(?<![\w+/])[\w+/]{43}=(?!=)/g;

/** A credential that no printing, logging or serialising reveals; only {@link Secret.reveal} does. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** By shape: a host may have a copy of this package of its own. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function';
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** A URL fit for messages and logs: no user, no query, no fragment, since any of them may carry a signature. */
export function redactUrl(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search === '' ? '' : '?…'}`;
  } catch {
    return url.replace(/[?#].*$/s, '?…');
  }
}

/**
 * Removes what must never be seen from any text.
 * - Every secret that was added, also as URLs, forms, JSON and base64 write it.
 * - The query of every URL, whoever wrote it: signed links keep their signature there.
 * - What looks like an authorization value, an API key or a signature.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  /** How each of them starts. */
  readonly #starts = new Set<string>();
  #longestFirst: readonly string[] | undefined;

  add(secret: string | Secret): void {
    const value = typeof secret === 'string' ? secret : secret.reveal();
    if (value.length < shortestSecret) return;
    for (const form of [value, ...formsOf(Buffer.from(value).toString())]) {
      if (form.length < shortestSecret) continue;
      this.#secrets.add(form);
      this.#starts.add(form.slice(0, shortestSecret));
    }
    this.#longestFirst = undefined;
  }

  redact(text: string): string {
    let safe = text;
    if (this.#mayHoldOne(text)) {
      this.#longestFirst ??= [...this.#secrets].sort((a, b) => b.length - a.length);
      for (const secret of this.#longestFirst) if (safe.includes(secret)) safe = safe.replaceAll(secret, hidden);
    }
    return safe
      .replace(urlPattern, (whole) => redactUrl(whole))
      .replace(headerPattern, (_whole, scheme: string) => `${scheme} ${hidden}`)
      .replace(apiKeyPattern, hidden)
      .replace(digestPattern, hidden);
  }

  /** A host with thousands of sources has ten times as many secrets, and each error and event has several texts, most of them short. */
  #mayHoldOne(text: string): boolean {
    if (text.length > this.#secrets.size) return true;
    for (let at = 0; at + shortestSecret <= text.length; at += 1) if (this.#starts.has(text.slice(at, at + shortestSecret))) return true;
    return false;
  }
}

/** A text as it may come back in the message of whoever it was sent to. */
function formsOf(value: string): readonly string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  const ascii = quoted.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const escaped = [encodeURIComponent(value), encodeURI(value), new URLSearchParams([['', value]]).toString().slice(1)];
  const inBase64 = [Buffer.from(value).toString('base64').replace(/=+$/, ''), ...[0, 1, 2].map((before) => base64After(before, value))];
  return [
    ...[quoted, ascii].flatMap((text) => [text, text.replaceAll('/', '\\/')]),
    ...escaped.flatMap((text) => [text, text.replace(/%../g, (code) => code.toLowerCase())]),
    ...inBase64.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]),
  ];
}

/** What of the base64 of a text with so many bytes before the value is the same whatever stands around it. */
function base64After(before: number, value: string): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
